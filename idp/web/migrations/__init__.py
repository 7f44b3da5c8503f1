"""Migrations of this package's tables."""
