"""Long-lived tokens, which keep a remembered device signed in."""
