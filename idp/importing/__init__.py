"""Importing people from a file, and exporting them. An import is shown first, written whole, and can be undone."""
