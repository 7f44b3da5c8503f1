"""Sealing secrets that must be kept readable, under the keys that the environment holds."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher() -> MultiFernet:
    """Return what seals with the first of our keys and opens with any of them (`LATCHKEY_KEY_ENCRYPTION_KEYS`)."""
    return MultiFernet([Fernet(key) for key in settings.LATCHKEY.fernet_keys])
