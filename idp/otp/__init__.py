"""Proves that an agent has a phone number, with Twilio Verify, and offers other proofs."""
