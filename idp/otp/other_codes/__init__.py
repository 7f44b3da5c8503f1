"""Proofs other than a text: an authenticator app, recovery codes, and a code that an operator gives."""
