"""Parses XML from outside with one careful parser. A field is read as a whole text, or not at all.

The parser drops comments and processing instructions, so a text that contains one is still read as a whole. A
signature that covers a processing instruction no longer verifies.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from idp.saml.errors import RequestTooLarge, UnreadableRequest, quoted
from idp.saml.names import XML

MAX_XML = 64 * 1024
XML_SPACE = " \t\r\n"

_ENCODING = re.compile(r"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)[\"']")
_ID_NAMES = frozenset({"ID", "Id"})
# A parser holds a lock of its own: threads may share it.
_PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    load_dtd=False,
    no_network=True,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)


class Document(NamedTuple):
    """The octets of a document, and the root that `parse` returned for them."""

    octets: bytes
    root: etree._Element


def parse(xml: bytes, *, limit: int = MAX_XML) -> etree._Element:
    """Parse a document of at most `limit` bytes and return its root.

    Raises UnreadableRequest unless it is a well-formed UTF-8 document without a DTD and without a repeated ID, and
    RequestTooLarge beyond the limit.
    """
    if len(xml) > limit:
        raise RequestTooLarge(f"wanted at most {limit} bytes of XML, saw {len(xml)}")
    _check_encoding(xml)
    # Refused before the parser runs, because the parser would process an internal subset.
    if b"<!DOCTYPE" in xml:
        raise UnreadableRequest("wanted a document without DTD, saw <!DOCTYPE")
    try:
        root = etree.fromstring(xml, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableRequest(f"wanted well-formed XML, but {quoted(str(error))}") from error
    _check_ids(root)
    return root


def text_of(element: etree._Element) -> str:
    """Return the whole text of an element, untrimmed. Raises UnreadableRequest if it has a child."""
    if len(element):
        raise UnreadableRequest(f"wanted nothing but text in {element.tag!s}, saw {element[0].tag!s}")
    return element.text or ""


def child(parent: etree._Element, tag: str) -> etree._Element | None:
    """Return the direct child with that name, or None. Raises UnreadableRequest if there are several."""
    found = list(parent.iterchildren(tag))
    if len(found) > 1:
        raise UnreadableRequest(f"wanted one {tag} at most, saw {len(found)}")
    return found[0] if found else None


def boolean(element: etree._Element, name: str) -> bool:
    """Read an xs:boolean attribute, which may also be 1 or 0; False if absent. Raises UnreadableRequest for others."""
    value = element.get(name)
    if value is None:
        return False
    match value.strip(XML_SPACE):
        case "true" | "1":
            return True
        case "false" | "0":
            return False
    raise UnreadableRequest(f"wanted true, false, 1 or 0 in {name}, saw {quoted(value)}")


def _check_encoding(xml: bytes) -> None:
    try:
        text = xml.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableRequest(f"wanted UTF-8, but {error.reason} at byte {error.start}") from error
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() != "utf-8":
        raise UnreadableRequest(f"wanted UTF-8, saw a declaration of {quoted(declared[1])}")


def _check_ids(root: etree._Element) -> None:
    seen: set[str] = set()
    for value in _ids(root):
        if value in seen:
            raise UnreadableRequest(f"wanted each ID once, saw {quoted(value)} again")
        seen.add(value)


def _ids(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if str(name).rpartition("}")[2] in _ID_NAMES or name == f"{{{XML}}}id":
                yield str(value)
