"""Codes that people write down, read out and type: letters and digits that cannot be mistaken for each other."""

import secrets
import unicodedata
from base64 import b32encode

from idp.bearer_secrets import keyed_hash
from idp.reference import ALPHABET


def new(length: int) -> str:
    """Return a random code of that many characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def shown(code: str) -> str:
    """Write a code in two halves, as people read it."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def key_text(key: bytes) -> str:
    """Write the key of an authenticator app as people type it: in base32 (RFC 4648), in groups of four."""
    text = b32encode(key).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def read(typed: str) -> str | None:
    """Return what was typed in a code's normal form, or None if it contains anything else."""
    kept = unseparated(unicodedata.normalize("NFKC", typed).upper())
    return kept if set(kept) <= set(ALPHABET) else None


def hashed(purpose: str, agent: object, code: str) -> str:
    """Return the keyed hash of an agent's code. The same code of another agent has another hash."""
    return keyed_hash(purpose, f"{agent}:{code}")


def unseparated(typed: str) -> str:
    """Return what was typed without spaces, dashes and invisible characters."""
    return "".join(it for it in typed if not (it.isspace() or unicodedata.category(it) in {"Pd", "Cf"}))
