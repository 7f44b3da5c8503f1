"""Proving that an agent holds a phone number, by Twilio Verify."""
