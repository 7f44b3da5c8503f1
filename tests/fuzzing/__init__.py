"""What reads strangers' bytes, fed with bytes that nobody would send. See `make fuzz`."""
