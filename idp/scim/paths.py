"""Parses attribute paths. Pure.

Source: RFC 7644 sections 3.5.2 and 3.10.
"""

import json
import re
from dataclasses import dataclass

from idp.agents.writable import UNWRITABLE
from idp.scim.errors import InvalidPath

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
EQUALS = r"\s+eq\s+(?P<value>\"(?:[^\"\\]|\\.)*\"|true|false)\s*"
_PATH = re.compile(
    rf"(?:(?P<schema>{re.escape(USER)}|{re.escape(ENTERPRISE)})(?::(?=[a-z])|$))?"
    r"(?:(?P<name>[a-z][a-z0-9_$-]*)(?:\[(?P<chosen>.*)\])?(?:\.(?P<part>[a-z]+))?)?",
    re.IGNORECASE,
)
_CHOSEN = re.compile(rf"\s*(?P<part>[a-z]+){EQUALS}", re.IGNORECASE)
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


def parse(path: str, ignored: frozenset[str] = frozenset()) -> Path:
    """Parse a path. What is in the brackets of an ignored attribute does not matter. Raises InvalidPath."""
    found = _PATH.fullmatch(path)
    if found is None or not path or path.lower() == USER.lower():
        raise InvalidPath
    extension = (found["schema"] or "").lower() == ENTERPRISE.lower()
    name, chosen = (found["name"] or "").lower(), None
    if found["chosen"] is not None and (extension or name not in ignored):
        inner = _CHOSEN.fullmatch(found["chosen"])
        if inner is None:
            raise InvalidPath(sentence='A path may have only one comparison in brackets, such as [type eq "mobile"].')
        chosen = inner["part"].lower(), value(inner["value"])
    return Path(name, (found["part"] or "").lower(), chosen, extension)


def value(quoted: str) -> str:
    """Return the text of a quoted value, or true or false. Raises InvalidPath."""
    if not quoted.startswith('"'):
        return quoted.lower()
    try:
        read = json.loads(quoted)
    except ValueError:
        raise InvalidPath from None
    if not isinstance(read, str) or _UNWRITABLE.search(read):
        raise InvalidPath
    return read
