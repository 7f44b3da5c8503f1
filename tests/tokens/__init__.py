"""Long-lived tokens."""
