"""Metadata of registered services: fetched again, compared with what is registered, and accepted or rejected."""
