"""XML and query signatures: the keys we sign with, signing, and verifying what others signed."""
