"""Answers to services, read back, checked and explained: those that were sent, and those that would be."""
