"""Parses the supported filters of a list: one comparison, or several of which each must hold. Pure.

Source: RFC 7644 section 3.4.2.2.
"""

import re
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from idp.scim import paths
from idp.scim.errors import InvalidFilter, InvalidPath

LONGEST_FILTER = 400
_COMPARISON = re.compile(rf"\s*(?P<path>[^\s\[\"]+(?:\[[^\]]*\][^\s\"]*)?){paths.EQUALS}", re.IGNORECASE)
_AND = re.compile(r"and(?=\s)", re.IGNORECASE)


class By(Enum):
    """What people are found by."""

    ID = "id"
    EMAIL = "email"
    EXTERNAL_ID = "external_id"
    NOTHING = "nothing"
    """Nobody has such a value."""


_KNOWN = {
    ("id", "", False): By.ID,
    ("username", "", False): By.EMAIL,
    ("emails", "value", False): By.EMAIL,
    ("externalid", "", False): By.EXTERNAL_ID,
    ("manager", "", False): By.NOTHING,  # Entra ID asks whether this is somebody's manager, before it says so
    ("manager", "", True): By.NOTHING,
    ("manager", "value", True): By.NOTHING,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Those whose attribute equals the value."""

    by: By
    value: str


Filter = tuple[Comparison, ...]
"""Those for whom every comparison holds; everybody, if there is none."""


def parse(text: str) -> Filter:
    """Parse a filter. Raises InvalidFilter."""
    if len(text) > LONGEST_FILTER:
        raise InvalidFilter
    found, at = [], 0
    while (one := _COMPARISON.match(text, at)) and (following := _AND.match(text, one.end())):
        found.append(_comparison(one))
        at = following.end()
    if one is None or one.end() != len(text):
        raise InvalidFilter
    return (*found, _comparison(one))


def _comparison(found: re.Match[str]) -> Comparison:
    try:
        path, value = paths.parse(found["path"]), paths.value(found["value"])
    except InvalidPath:
        raise InvalidFilter from None
    by = _KNOWN.get((path.name, path.part, path.extension))
    if by is None or not found["value"].startswith('"'):
        raise InvalidFilter
    return Comparison(By.NOTHING if by is By.ID and not _is_id(value) else by, value)


def _is_id(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
