"""The pictures in the documents: a test takes them, and compares the stored ones with today's pages."""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops

from tests.docs.pages import DOCS

FOLDER = DOCS / "pictures"
MOST_DIFFERENT = 0.04
"""Share of points that may differ: references and hours do, and a font that draws an edge another way."""


def path(name: str) -> Path:
    return FOLDER / f"{name}.png"


def taken(shown, name: str) -> None:
    """Take a picture of a page or of a part of it, and hold it against the kept one; `make pictures` keeps it."""
    shot = shown.screenshot(animations="disabled", caret="hide")
    if os.environ.get("LATCHKEY_PICTURES"):
        _keep(shot, name)
    different = difference(shot, path(name))
    assert different < MOST_DIFFERENT, f"{name}: {different:.0%} of the picture is another page; run: make pictures"


def _keep(shot: bytes, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    few_colours = Image.open(BytesIO(shot)).convert("RGB").quantize(64)
    few_colours.save(path(name), optimize=True)


def difference(shot: bytes, kept: Path) -> float:
    """Return the share of points, between 0 and 1, in which two pictures clearly differ."""
    new, old = (Image.open(it).convert("L") for it in (BytesIO(shot), kept))
    if new.size != old.size:
        return 1.0
    apart = ImageChops.difference(new, old).point(lambda it: 255 if it > 48 else 0)
    return apart.histogram()[255] / (new.width * new.height)
