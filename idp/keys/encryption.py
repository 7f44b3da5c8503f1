"""Encrypts secrets that must stay readable, with the keys from the environment."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher() -> MultiFernet:
    """Return a cipher: it encrypts with the first key, and decrypts with any (`LATCHKEY_KEY_ENCRYPTION_KEYS`)."""
    return MultiFernet([Fernet(key) for key in settings.LATCHKEY.fernet_keys])
