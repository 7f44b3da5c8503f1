"""Builds our own XML from typed values, never from templates, in canonical form.

The octets of an element are its Exclusive XML Canonicalization (exc-c14n section 3, c14n sections 1.1 and 2.3). So the
octets that are digested are the octets that are sent. Text that XML cannot hold is refused here.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from idp.saml import names

PREFIXES: Final = {
    "saml": names.ASSERTION,
    "samlp": names.PROTOCOL,
    "ds": names.SIGNATURE,
    "xenc": names.ENCRYPTION,
    "md": names.METADATA,
    "mdui": names.METADATA_UI,
    "alg": names.METADATA_ALGORITHMS,
    "soap": names.SOAP_ENVELOPE,
}
"""The namespace prefixes of our tags, the same in every document."""

# A control character, which no value can hold, stands where a namespace may have to be declared. An element takes
# away those of its own namespace inside it; the ones still there when it is written are the outermost.
_MARKS = {prefix: chr(0x0E + place) for place, prefix in enumerate(PREFIXES)}
_DECLARATIONS = {_MARKS[prefix].encode(): f' xmlns:{prefix}="{uri}"'.encode() for prefix, uri in PREFIXES.items()}

# XML 1.0 section 2.2, production Char; outside it are control characters, lone surrogates, U+FFFE and U+FFFF.
_WRITABLE = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
is_plain: Final = re.compile("[ !#-%'-;=?-~]*").fullmatch
"""Matches a text that needs no escaping anywhere."""
# Canonical XML section 2.3: what is written as a reference in a text node, and in an attribute.
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"}
_IN_VALUE = {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}


@dataclass(slots=True, eq=False)
class Element:
    """An element that `element` built. It never changes; a parent holds a copy of its octets."""

    tag: str
    attributes: Mapping[str, str | None] | None
    children: tuple["Element", ...]
    marked: bytes
    """The octets, with marks for the namespaces that are not declared yet."""

    def get(self, name: str) -> str:
        """Return the value of an attribute, or an empty string."""
        return (self.attributes or {}).get(name) or ""

    def octets(self) -> bytes:
        """Return the canonical octets of a document with this element as its root."""
        octets = self.marked
        for mark, declaration in _DECLARATIONS.items():
            octets = octets.replace(mark, declaration)
        return octets

    def with_children(self, *children: "Element") -> "Element":
        """Return an element with the same name and attributes, these children, and no text."""
        return element(self.tag, self.attributes, *children)


def writable(text: str) -> bool:
    """Tell whether XML can hold this text. Forms and imports check it before they store one."""
    return _WRITABLE.fullmatch(text) is not None


def element(
    tag: str,
    attributes: Mapping[str, str | None] | None = None,
    *children: Element,
    text: str = "",
) -> Element:
    """Build an element with a tag such as `saml:Issuer`. Its text comes before its children.

    Tags and attribute names must be our own, never input. Attributes with the value None are left out. The only
    attribute with a namespace is `xml:lang`. Raises ValueError for text that XML cannot hold.
    """
    opened, closing, mark = _ends(tag)
    if attributes:
        for name in sorted(attributes):
            if (value := attributes[name]) is not None:
                opened += f' {name}="{value if is_plain(value) else _escaped(value, _IN_VALUE, tag)}"'
    if text:
        text = text if is_plain(text) else _escaped(text, _IN_TEXT, tag)
    if not children:
        return Element(tag, attributes, children, f"{opened}>{text}".encode() + closing)
    inside = b"".join([it.marked for it in children]).replace(mark, b"")
    return Element(tag, attributes, children, f"{opened}>{text}".encode() + inside + closing)


@cache
def _ends(tag: str) -> tuple[str, bytes, bytes]:
    """Return the start and end of an element with this tag, and the mark of its namespace."""
    mark = _MARKS[tag.partition(":")[0]]
    return f"<{tag}{mark}", f"</{tag}>".encode(), mark.encode()


def as_value(value: str) -> bytes:
    """Return a value as written in an attribute. Raises ValueError for text that XML cannot hold."""
    return _escaped(value, _IN_VALUE, "an attribute").encode()


def as_text(value: str) -> bytes:
    """Return a value as written in an element. Raises ValueError for text that XML cannot hold."""
    return _escaped(value, _IN_TEXT, "a text").encode()


def _escaped(value: str, references: Mapping[str, str], tag: str) -> str:
    if is_plain(value):
        return value
    if not writable(value):
        raise ValueError(f"{tag}: a character that XML cannot hold")
    for character, reference in references.items():
        value = value.replace(character, reference)
    return value


def instant(at: datetime) -> str:
    """Write an instant in UTC with Z, rounded down to whole seconds (Core 1.3.3).

    Raises ValueError for an instant without a time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant without time zone")
    return f"{at.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def new_id() -> str:
    """Return a fresh identifier of 128 random bits (Core 1.3.4)."""
    return f"_{os.urandom(16).hex()}"
