"""Signing keys: created, stored encrypted, published, rotated."""
