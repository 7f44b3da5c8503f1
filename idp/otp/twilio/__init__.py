"""Twilio, by its SDK: Verify, its safe list and rate limits, and texts in our own words. Failures become values."""
