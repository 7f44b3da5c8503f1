"""A Response for people to read: indented, coloured and escaped, with personal values hidden until shown."""

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lxml import etree

from idp.agents.roles import ROLES
from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.inspection.reading import LARGEST

LONGEST_ENCODED = 48  # characters; the checks show a certificate's fingerprint
HIDDEN = mark_safe('<span class="hidden-value">hidden</span>')
BLANK = mark_safe('<span class="quiet">blank: it is never kept</span>')

_PERSONAL = {f"{{{names.ASSERTION}}}NameID", f"{{{names.ASSERTION}}}AttributeValue"}
_DIGEST = f"{{{names.SIGNATURE}}}DigestValue"  # a guessed phone number could be verified against it
_ENCODED = {f"{{{names.SIGNATURE}}}X509Certificate", f"{{{names.ENCRYPTION}}}CipherValue"}
_SIGNATURE_VALUE = f"{{{names.SIGNATURE}}}SignatureValue"


def is_personal(value: str) -> bool:
    """Whether a value may be personal: any but empty ones and the known roles."""
    return not all(part in ROLES for part in value.split(",") if value)


def rendered(xml: str, *, masked: bool) -> SafeString:
    """Render a Response that `inspection.reading.read` can read, one element a line."""
    root = parsing.parse(xml.encode(), limit=LARGEST)
    return format_html_join("\n", "{}", ((line,) for line in _lines(root, 0, masked)))


def _lines(element: etree._Element, depth: int, masked: bool) -> Iterator[SafeString]:
    name, opening = _name(element), format_html_join("", "{}", ((it,) for it in _attributes(element)))
    indent = "  " * depth
    if len(element):
        yield format_html('{}<span class="tag">&lt;{}</span>{}<span class="tag">&gt;</span>', indent, name, opening)
        for child in element:
            yield from _lines(child, depth + 1, masked)
        yield format_html('{}<span class="tag">&lt;/{}&gt;</span>', indent, name)
    elif not element.text and element.tag != _SIGNATURE_VALUE:
        yield format_html('{}<span class="tag">&lt;{}</span>{}<span class="tag">/&gt;</span>', indent, name, opening)
    else:
        yield format_html(
            '{}<span class="tag">&lt;{}</span>{}<span class="tag">&gt;</span>{}<span class="tag">&lt;/{}&gt;</span>',
            indent,
            name,
            opening,
            _text(element, masked),
            name,
        )


def _attributes(element: etree._Element) -> Iterator[SafeString]:
    """Yield the namespace declarations, then the attributes."""
    parent = element.getparent()
    known = {} if parent is None else parent.nsmap
    declared = [(prefix, uri) for prefix, uri in element.nsmap.items() if known.get(prefix) != uri]
    for prefix, uri in declared:
        yield _attribute(f"xmlns:{prefix}" if prefix else "xmlns", uri)
    for key, value in element.attrib.items():
        yield _attribute(etree.QName(key).localname, str(value))


def _attribute(name: str, value: str) -> SafeString:
    return format_html(' <span class="name">{}</span>="<bdi class="value">{}</bdi>"', name, value)


def _text(element: etree._Element, masked: bool) -> SafeString:
    text = element.text or ""
    if element.tag == _SIGNATURE_VALUE:
        return BLANK
    if masked and (element.tag == _DIGEST or (element.tag in _PERSONAL and is_personal(text))):
        return HIDDEN
    if element.tag in _ENCODED and len(text) > LONGEST_ENCODED:
        encoded = "".join(text.split())
        return format_html('{}… <span class="quiet">({} characters)</span>', encoded[:LONGEST_ENCODED], len(encoded))
    return format_html("<bdi>{}</bdi>", text)


def _name(element: etree._Element) -> str:
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local
