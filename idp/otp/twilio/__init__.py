"""Twilio, by its SDK: Verify and what belongs to it, and texts in our own words. Every trouble becomes a value."""
