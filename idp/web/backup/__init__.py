"""Backups: dumping the whole database into a file, restoring it into an empty database, and checking the result."""
