"""Metadata: ours, built and checked; theirs, fetched, believed, read, compared and taken."""
