"""Reads the body of a request as a JSON object. Attribute names are case-insensitive. Pure.

Source: RFC 7643 section 2.1, RFC 7644 section 3.
"""

import json
import re
from typing import Any, NoReturn

from idp.agents.writable import UNWRITABLE, undirected
from idp.scim.errors import InvalidValue, ScimError

LONGEST_BODY = 64 * 1024
_UNWRITABLE = re.compile(UNWRITABLE)

Resource = dict[str, Any]


def read(content: bytes, schema: str) -> Resource:
    """Return the object in a body, with names in lower case. Raises ScimError, also if its schema is another."""
    try:
        found = json.loads(content.decode(), object_pairs_hook=_lowered, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ScimError("no JSON") from None
    if not isinstance(found, dict):
        raise ScimError("no object")
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or schema.lower() not in [it.lower() for it in schemas if isinstance(it, str)]:
        raise ScimError("another schema", sentence=f"The body must list {schema} in schemas.")
    return found


def text(value: object, name: str, longest: int) -> str:
    """Return a text with white space collapsed and without marks of direction; null is "". Raises InvalidValue."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidValue(sentence=f"{name} must be a text.")
    if _UNWRITABLE.search(value):
        raise InvalidValue(sentence=f"{name} contains a character that cannot be stored.")
    tidy = " ".join(undirected(value).split())
    if len(tidy) > longest:
        raise InvalidValue(sentence=f"{name} is longer than {longest} characters.")
    return tidy


def truth(value: object, name: str) -> bool:
    """Return a boolean. Accepts text too, which Entra ID sends. Raises InvalidValue."""
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise InvalidValue(sentence=f"{name} must be true or false.")
    return value


def _lowered(pairs: list[tuple[str, Any]]) -> Resource:
    found = {name.lower(): value for name, value in pairs}
    if len(found) != len(pairs):
        raise ValueError("the same name twice")
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError("no number of JSON")
