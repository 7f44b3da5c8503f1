"""Everything that a stranger may send, and its required outcome."""
