"""Long-lived tokens: how a remembered device stays signed in."""
