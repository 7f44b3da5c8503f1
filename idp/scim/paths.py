"""Parses attribute paths and the supported filters. Pure.

Source: RFC 7644 sections 3.4.2.2 and 3.5.2.
"""

import json
import re
from dataclasses import dataclass

from idp.agents.writable import UNWRITABLE
from idp.scim.errors import InvalidFilter, InvalidPath

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LONGEST_PATH = 400
LONGEST_FILTER = 400
_EQUALS = r"\s+eq\s+(?P<value>\"(?:[^\"\\]|\\.)*\"|true|false)\s*"
_PATH = re.compile(
    rf"(?:(?P<schema>{re.escape(USER)}|{re.escape(ENTERPRISE)})(?::(?=[a-z])|$))?"
    r"(?:(?P<name>[a-z][a-z0-9_$-]*)(?:\[(?P<chosen>.*)\])?(?:\.(?P<part>[a-z]+))?)?",
    re.IGNORECASE,
)
_CHOSEN = re.compile(rf"\s*(?P<part>[a-z]+){_EQUALS}", re.IGNORECASE)
_FILTER = re.compile(rf"\s*(?P<path>\S.*?){_EQUALS}", re.IGNORECASE)
_UNWRITABLE = re.compile(UNWRITABLE)


@dataclass(frozen=True, slots=True)
class Path:
    """A path to an attribute, in lower case. `chosen` selects one of several values, as sub-attribute and value.

    Without a name it is the whole enterprise extension.
    """

    name: str
    part: str = ""
    chosen: tuple[str, str] | None = None
    extension: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: the attribute must equal the value."""

    name: str
    value: str


def parse(path: str, ignored: frozenset[str] = frozenset()) -> Path:
    """Parse a path. What is in the brackets of an ignored attribute does not matter. Raises InvalidPath."""
    found = _PATH.fullmatch(path) if len(path) <= LONGEST_PATH else None
    if found is None or not path or path.lower() == USER.lower():
        raise InvalidPath
    extension = (found["schema"] or "").lower() == ENTERPRISE.lower()
    name, chosen = (found["name"] or "").lower(), None
    if found["chosen"] is not None and (extension or name not in ignored):
        inner = _CHOSEN.fullmatch(found["chosen"])
        if inner is None:
            raise InvalidPath(sentence='A path may have only one comparison in brackets, such as [type eq "mobile"].')
        chosen = inner["part"].lower(), _value(inner["value"])
    return Path(name, (found["part"] or "").lower(), chosen, extension)


def parse_filter(text: str) -> Filter:
    """Parse the filter of a list request. Raises InvalidFilter."""
    found = _FILTER.fullmatch(text) if len(text) <= LONGEST_FILTER else None
    if found is None:
        raise InvalidFilter
    try:
        path = parse(found["path"])
        value = _value(found["value"])
    except InvalidPath:
        raise InvalidFilter from None
    known = {("username", ""): "email", ("emails", "value"): "email", ("externalid", ""): "external_id"}
    name = known.get((path.name, path.part))
    if name is None or path.extension or not found["value"].startswith('"'):
        raise InvalidFilter
    return Filter(name, value)


def _value(quoted: str) -> str:
    if not quoted.startswith('"'):
        return quoted.lower()
    try:
        value = json.loads(quoted)
    except ValueError:
        raise InvalidPath from None
    if not isinstance(value, str) or _UNWRITABLE.search(value):
        raise InvalidPath
    return value
