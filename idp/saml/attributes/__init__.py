"""Attributes: which ones a service provider receives, their types, and what is wrong with a release list."""
