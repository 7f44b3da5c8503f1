"""Twilio's own description of Verify v2, as far as Latchkey calls it."""
