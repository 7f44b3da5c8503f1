"""One-time codes of a login: asked for, sent, checked, and protected from guessing."""
