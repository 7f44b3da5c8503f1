"""The metadata of services: where it comes from, and what it would change."""
