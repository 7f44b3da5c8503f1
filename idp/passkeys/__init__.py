"""Sign-in with a passkey: a key that the phone stores, and uses only after the phone's own lock (W3C WebAuthn)."""
