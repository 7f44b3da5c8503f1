"""Formats for English, which operators read."""
