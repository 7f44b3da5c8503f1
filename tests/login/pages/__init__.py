"""The ladder and what feeds it."""
