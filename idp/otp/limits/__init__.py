"""What is counted against the allowances: sends and wrong codes, by number, address, prefix and day."""
