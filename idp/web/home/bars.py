"""Stacked bars as numbers for an SVG without text, so that it can be stretched to any width. No queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from idp.web.home.figures import Split

WIDTH, GAP, HEIGHT = 10, 2, 100
STEPS: Final = (1, 2, 3, 4, 5, 6, 8, 10)
"""The tops of an axis, times a power of ten."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment of a bar. `look` is its CSS class."""

    look: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A period: its name, its counts, and its segments from the bottom."""

    when: str
    of: Split
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A row of bars. `top` is the number at the upper edge of the axis."""

    bars: tuple[Bar, ...]
    labels: tuple[str, ...]
    top: int

    @property
    def width(self) -> int:
        """The width in units; the height is `HEIGHT`."""
        return len(self.bars) * WIDTH

    @property
    def middle(self) -> int | None:
        """The number at half the height, or None if it is not whole."""
        return None if self.top % 2 else self.top // 2


def plot(names: Sequence[str], splits: Sequence[Split], labels: Sequence[str]) -> Plot:
    """Lay out one bar for each name."""
    top = axis_top(max((it.came for it in splits), default=0))
    bars = (Bar(name, it, _pieces(nth, it, top)) for nth, (name, it) in enumerate(zip(names, splits, strict=True)))
    return Plot(tuple(bars), tuple(labels), top)


def axis_top(highest: int) -> int:
    """Return the smallest round number that is at least `highest`, and at least 1."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= highest:
                return step * power
        power *= 10


def _pieces(nth: int, it: Split, top: int) -> tuple[Piece, ...]:
    found, floor = [], 0
    for look, times in (("silent", it.silent), ("proved", it.proved), ("refused", it.refused)):
        if times:
            height = max(1, round(HEIGHT * (floor + times) / top) - round(HEIGHT * floor / top))
            y = max(0, HEIGHT - round(HEIGHT * floor / top) - height)
            found.append(Piece(look, nth * WIDTH + GAP // 2, y, height))
            floor += times
    return tuple(found)
