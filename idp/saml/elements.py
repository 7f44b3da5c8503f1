"""Building XML from typed values, never from templates. What cannot be written is refused here."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from lxml import etree

# XML 1.0 section 2.2, production Char; outside it are control characters, lone surrogates, U+FFFE and U+FFFF.
_WRITABLE = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def writable(text: str) -> bool:
    """Tell whether XML can hold this text. Forms and imports ask before they store one."""
    return _WRITABLE.fullmatch(text) is not None


def element(
    tag: str,
    attributes: Mapping[str, str | None] | None = None,
    *children: etree._Element,
    text: str | None = None,
    nsmap: Mapping[str, str] | None = None,
) -> etree._Element:
    """Build an element; attributes that are None are left out.

    Raises ValueError for text that XML cannot hold.
    """
    given = {name: value for name, value in (attributes or {}).items() if value is not None}
    for value in (*given.values(), text or ""):
        if not writable(value):
            raise ValueError(f"{tag}: a character that XML cannot hold")
    built = etree.Element(tag, given, nsmap=nsmap)
    built.text = text
    built.extend(children)
    return built


def instant(at: datetime) -> str:
    """Write an instant in UTC, whole seconds rounded down, with Z (Core 1.3.3).

    Raises ValueError for an instant without time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant without time zone")
    return f"{at.astimezone(UTC).replace(tzinfo=None):%Y-%m-%dT%H:%M:%S}Z"


def new_id() -> str:
    """Return a fresh identifier of 128 random bits (Core 1.3.4)."""
    return f"_{secrets.token_hex(16)}"
