"""SCIM 2.0: personnel systems add, change and deactivate people."""
