"""Proving a phone number."""
