"""The outermost layer, HTTP: the operators' admin, error pages, middleware, health checks and management commands."""
