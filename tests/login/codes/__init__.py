"""One-time codes of a login."""
