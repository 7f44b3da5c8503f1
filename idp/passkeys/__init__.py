"""Proving oneself by a passkey: a key that the phone keeps and uses only after its own lock (W3C WebAuthn)."""
