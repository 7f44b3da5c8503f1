"""Random secrets that a browser carries, and the keyed hashes of them that we keep."""

import hmac
import secrets

from django.utils.crypto import salted_hmac


def new_secret() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def keyed_hash(purpose: str, value: str) -> str:
    """Return 64 hex digits that tell nothing without the installation's secret key.

    `purpose` keeps the hashes of one kind of secret from matching another kind.
    """
    return salted_hmac(f"latchkey.{purpose}", value, algorithm="sha256").hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets or hashes in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
