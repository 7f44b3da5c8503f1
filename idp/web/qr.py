"""QR codes: addresses and keys for a phone's camera."""

import segno
from django.utils.safestring import SafeString, mark_safe


def drawn(url: str) -> SafeString:
    """Return a QR code as inline SVG."""
    svg = segno.make(url).svg_inline(scale=5, border=2, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308 - segno's own SVG, without any user's markup
