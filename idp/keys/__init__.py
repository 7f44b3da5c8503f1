"""Signing keys: made, kept encrypted, published, rotated."""
