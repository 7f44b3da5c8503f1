"""Backups: the whole database in one file, back into an empty one, and the proof that it would serve."""
