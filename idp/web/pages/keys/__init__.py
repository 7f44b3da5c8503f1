"""The page for replacing signing keys."""
