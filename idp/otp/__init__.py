"""Proves that an agent holds a phone number, with Twilio Verify, and the other ways of proof."""
