"""Cleans an operator's logo: rebuilds it from the parts that draw, and limits its size.

Pages embed it as a `data:` address in an `img`, where browsers run no script and load nothing for it. A logo with
scripts or references is refused all the same.
"""

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

LARGEST = 4096
"""Bytes of a cleaned logo, so that a page stays within its 10 kB."""
SMALLEST, WIDEST = 0.01, 2000
"""The least and the largest width and height. Those of an SVG can be so close to 0 that no scale is finite."""
SVG = "{http://www.w3.org/2000/svg}"
HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
AS_THEY_ARE = " =:/,;()'!*-._~@$&+"
"""Characters that need no percent-encoding in a `data:` address."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
IHDR_LENGTH = 13
PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_SHAPES = "svg g defs symbol path rect circle ellipse line polyline polygon linearGradient radialGradient stop clipPath"
_PLAIN = (
    "viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform id offset fill fill-rule fill-opacity "
    "stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray opacity "
    "clip-path clip-rule stop-color stop-opacity gradientUnits gradientTransform spreadMethod clipPathUnits "
    "preserveAspectRatio color"
)
SHAPES, PLAIN = frozenset(_SHAPES.split()), frozenset(_PLAIN.split())
LEFT_OUT = {"title", "desc", "metadata"}


class NotALogo(ValueError):
    """The file cannot be used. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as a `data:` address, with its width and height, of which only the ratio matters."""

    address: str
    width: float
    height: float


def clean(data: bytes) -> Logo:
    """Return the cleaned logo of an SVG or PNG file. Raises NotALogo."""
    return _png(data) if data.startswith(PNG_SIGNATURE) else _svg(data)


# SVG


def _svg(data: bytes) -> Logo:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotALogo("This is neither an SVG nor a PNG file.") from None
    if root.tag != f"{SVG}svg":
        raise NotALogo("This is XML, but no SVG picture.")
    _keep_shapes(root)
    width, height = _size(root)
    etree.cleanup_namespaces(root)
    text = etree.tostring(root, encoding="unicode")
    return _small(f"data:image/svg+xml,{quote(text, safe=AS_THEY_ARE)}", len(text.encode()), width, height)


def _keep_shapes(element: etree._Element) -> None:
    """Remove editors' metadata. Raises NotALogo for anything that does more than draw."""
    _keep_plain(element)
    element.text = element.tail = None
    for child in list(element):
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if not isinstance(child.tag, str) or not child.tag.startswith(SVG) or name in LEFT_OUT:
            element.remove(child)
        elif name in SHAPES:
            _keep_shapes(child)
        else:
            raise NotALogo(
                _ADVICE.get(name, f"The SVG holds <{name}>, which a logo here may not: only shapes and colours.")
            )


_ADVICE = {
    "style": "The SVG holds <style>. Save it with presentation attributes instead, and without classes.",
    "text": "The SVG holds text, which looks different on each phone. Turn it into paths.",
    "image": "The SVG holds another picture. Save the logo as PNG, or as shapes only.",
}


def _keep_plain(element: etree._Element) -> None:
    for name, value in list(element.attrib.items()):
        del element.attrib[name]
        if name in HREFS and value.startswith("#"):
            element.set("href", value)
        for property_name, setting in _declared(value) if name == "style" else [(name, value)]:
            if property_name in PLAIN and _stays_here(setting):
                element.set(property_name, setting)


def _declared(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        yield name.strip(), value.strip()


def _stays_here(value: str) -> bool:
    """Whether a value refers to nothing outside this document. CSS ignores letter case."""
    return re.fullmatch(r"(url\(#[\w.-]+\))?((?!url)[^:\\])*", value, re.IGNORECASE) is not None


def _size(root: etree._Element) -> tuple[float, float]:
    try:
        if root.get("viewBox"):
            _, _, width, height = (float(it) for it in root.get("viewBox", "").replace(",", " ").split())
        else:
            width, height = (float(root.get(it, "").removesuffix("px")) for it in ("width", "height"))
    except ValueError:
        raise NotALogo("The SVG does not say how large it is: it needs a viewBox.") from None
    for it in ("width", "height"):
        root.attrib.pop(it, None)
    if not root.get("viewBox"):
        root.set("viewBox", f"0 0 {width:g} {height:g}")
    return width, height


# PNG, https://www.w3.org/TR/png-3/


def _png(data: bytes) -> Logo:
    chunks = list(_chunks(data))
    if [(it, len(body)) for it, body in chunks[:1]] != [(b"IHDR", IHDR_LENGTH)] or chunks[-1][0] != b"IEND":
        raise NotALogo("This PNG file is damaged.")
    width, height = struct.unpack(">II", chunks[0][1][:8])
    packed = PNG_SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks if kind in PNG_KEPT)
    return _small(f"data:image/png;base64,{b64encode(packed).decode()}", len(packed), width, height)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGNATURE)
    while at < len(data):
        head = data[at : at + 8]
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        body = data[at + 8 : at + 8 + length]
        if len(body) != length or data[at + 8 + length :][:4] != _check(kind, body):
            raise NotALogo("This PNG file is damaged.")
        yield kind, body
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + _check(kind, body)


def _check(kind: bytes, body: bytes) -> bytes:
    return zlib.crc32(kind + body).to_bytes(4, "big")


def _small(address: str, size: int, width: float, height: float) -> Logo:
    if size > LARGEST:
        raise NotALogo(
            f"The logo has {size:,} bytes; {LARGEST:,} is the most, so that pages open at once on a slow line. "
            "Simplify its shapes, or save it smaller: it is shown 40 pixels high."
        )
    if not (SMALLEST <= width <= WIDEST and SMALLEST <= height <= WIDEST):
        raise NotALogo(f"The logo may be up to {WIDEST:,} pixels wide and high, and must be at least {SMALLEST}.")
    return Logo(address, width, height)
