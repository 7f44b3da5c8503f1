"""SCIM 2.0: personnel systems add, change and switch off people."""
