"""Parsers of untrusted input, fed with random bytes. See `make fuzz`."""
