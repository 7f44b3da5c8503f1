"""Random secrets that a browser has, and the keyed hashes of them that Latchkey stores."""

import hmac
import secrets
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac


def new_secret() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def keyed_hash(purpose: str, value: str) -> str:
    """Return 64 hex digits that reveal nothing without the installation's secret key.

    `purpose` keeps the hashes of one kind of secret from matching another kind.
    """
    keyed = _keyed(purpose, settings.SECRET_KEY).copy()
    keyed.update(value.encode())
    return keyed.hexdigest()


@lru_cache
def _keyed(purpose: str, key: str) -> hmac.HMAC:
    """Derive the key of a purpose once. Each hash works on a copy of it."""
    return salted_hmac(f"latchkey.{purpose}", b"", secret=key, algorithm="sha256")


def same(left: str, right: str) -> bool:
    """Compare two secrets or hashes in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
