"""What becomes of a login: its rows, the one dispatcher, and the writes of a sign-in."""
