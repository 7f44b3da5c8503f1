"""The canonical bytes of a line of the trail, and the chain of digests over them. Pure.

A line is written as ASCII JSON with sorted keys and without spaces. Its digest is SHA-256 over the previous digest and
these bytes. So changing, removing or inserting a line changes every later digest.

The purge empties addresses and User-Agent headers long before it removes the line. So the digest does not cover them,
but a mark of each: HMAC-SHA-256 with a salt of that line only. While the salt is stored, the value can be proved. Once
salt and value are deleted, the mark reveals nothing, because nobody can guess the 128 random bits.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

COVERED: Final = (
    "id",
    "at",
    "kind",
    "agent_id",
    "device_id",
    "service",
    "method",
    "effect",
    "decided_by",
    "revision",
    "judged",
    "would_have",
    "detail",
    "reference",
    "operator_id",
    "by",
    "about",
    "about_name",
    "changes",
)
"""Columns of a line that its digest covers unchanged."""

MARKED: Final = ("address", "user_agent")
"""Columns that it covers by their mark."""

BEGINNING: Final = bytes(32)
"""The digest before the first line."""

_SALT_BYTES: Final = 16


def new_salt() -> bytes:
    """Return the salt of one value of one line."""
    return secrets.token_bytes(_SALT_BYTES)


def mark(salt: bytes, value: str) -> bytes:
    """Return 32 bytes that prove a value to anyone who has the salt."""
    return hmac.digest(salt, value.encode(), "sha256")


def content(line: Mapping[str, Any], marks: Mapping[str, bytes]) -> bytes:
    """Write the canonical bytes of a line. `marks` holds those of the columns in MARKED that were not empty."""
    covered = {name: line[name] for name in COVERED} | {it: marks[it].hex() if it in marks else "" for it in MARKED}
    return json.dumps(covered, sort_keys=True, separators=(",", ":")).encode()


def following(before: bytes, content_: bytes) -> bytes:
    """Return the digest of a line with these bytes, after the line that has the digest `before`."""
    return hashlib.sha256(before + content_).digest()
