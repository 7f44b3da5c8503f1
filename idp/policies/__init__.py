"""When a sign-in counts, and who may enter."""
