"""Scans of `make check`: locked packages with known vulnerabilities, and secrets left in files."""
