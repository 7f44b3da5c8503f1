"""Reads lines of the trail as plain values, in few queries: for sealing, for verifying, and for files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from idp.audit.chain import digests
from idp.audit.chain.digests import COVERED, MARKED

COLUMNS = (*COVERED, *MARKED)


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a line as JSON can hold them, the same from either database."""
    return {name: _plain(row[name]) for name in COVERED} | {it: row[it] or "" for it in MARKED}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    if value is None or isinstance(value, str | int | dict | list):
        return value
    return str(value)


def new_salts(line: Mapping[str, Any]) -> dict[str, bytes]:
    """Return a salt for each value of a line that is there and will be forgotten."""
    return {it: digests.new_salt() for it in MARKED if line[it]}


def marks(line: Mapping[str, Any], salts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the marks of a line's values under these salts."""
    return {it: digests.mark(salt, line[it]) for it, salt in salts.items()}
