"""The page about the change of signing keys."""
