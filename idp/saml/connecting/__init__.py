"""Connecting a service provider: registering it, and listening for its first request."""
