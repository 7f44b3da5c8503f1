"""XML and query signatures: made with our keys, and verified with those of others."""
