"""The pages of services' metadata: its source, and what it would change."""
