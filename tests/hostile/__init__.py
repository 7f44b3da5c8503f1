"""Everything a stranger may send, and what must come of it."""
