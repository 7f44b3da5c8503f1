"""Adjusts a brand's colour until it is readable: the nearest of its hue with enough contrast, on light and dark pages.

Contrast is defined by WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

import colorsys
import re
from dataclasses import dataclass

TEXT = 7.0
"""The contrast of text by success criterion 1.4.6. Edges need only 3, so a colour for text suffices."""
LIGHT_PAPERS = ("#ffffff", "#f1f4f8")
DARK_PAPERS = ("#12161c", "#1d242d")
"""The backgrounds of text in `templates/base.html`: the page, and a notice on it."""
STEPS = 24
_HEX = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Colours:
    """One colour for light and for dark pages, each as `#rrggbb`."""

    light: str
    dark: str


def parse(text: str) -> str:
    """Return a colour as lower-case `#rrggbb`. Accepts `#abc`, and a missing #. Raises ValueError."""
    digits = text.strip().lower().removeprefix("#")
    digits = "".join(2 * it for it in digits) if len(digits) == 3 else digits  # noqa: PLR2004 - the short form
    if not _HEX.fullmatch(f"#{digits}"):
        raise ValueError("Write the colour as # and six digits or letters from a to f, like #0b4f8a.")
    return f"#{digits}"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least_contrast(colour: str, papers: tuple[str, ...]) -> float:
    """Return the lowest contrast of a colour with any of these backgrounds."""
    return min(contrast(colour, paper) for paper in papers)


def readable(colour: str) -> Colours:
    """Return the colour if it is readable, else the nearest of its hue: darker on light, lighter on dark."""
    return Colours(_nearest(colour, LIGHT_PAPERS, end=0.0), _nearest(colour, DARK_PAPERS, end=1.0))


def _nearest(colour: str, papers: tuple[str, ...], *, end: float) -> str:
    """Move the lightness towards `end`, only as far as needed. The contrast grows on the way."""
    if least_contrast(colour, papers) >= TEXT:
        return colour
    hue, fails, saturation = colorsys.rgb_to_hls(*(it / 255 for it in _channels(colour)))
    passes = end
    for _ in range(STEPS):
        middle = (fails + passes) / 2
        if least_contrast(_of_hls(hue, middle, saturation), papers) >= TEXT:
            passes = middle
        else:
            fails = middle
    return _of_hls(hue, passes, saturation)


def _of_hls(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(255 * it):02x}" for it in colorsys.hls_to_rgb(hue, lightness, saturation))


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(it / 255) for it in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the standard's
