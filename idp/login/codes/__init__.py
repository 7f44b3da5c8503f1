"""One-time codes of a login: requesting, sending and checking them, and limiting guesses."""
