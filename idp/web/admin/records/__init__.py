"""Technical records: verifications, sessions, tokens, assertions, logouts and signing keys."""

from idp.web.admin.records import assertions, keys, logouts, sessions, tokens, verifications

__all__ = ["assertions", "keys", "logouts", "sessions", "tokens", "verifications"]
