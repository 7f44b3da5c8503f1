"""Twilio's safe list: which numbers Fraud Guard spares, and which are to be added or removed."""
