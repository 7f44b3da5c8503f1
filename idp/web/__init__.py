"""The outermost layer: error pages, request ids, health, admin."""
