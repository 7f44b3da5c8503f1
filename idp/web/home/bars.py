"""Stacked bars as numbers for an SVG: no text in it, so that it may be stretched to any width. No query here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from idp.web.home.figures import Split

WIDTH, GAP, HEIGHT = 10, 2, 100
STEPS: Final = (1, 2, 3, 4, 5, 6, 8, 10)
"""Tops of an axis, times a power of ten."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a bar: its class says what it is."""

    look: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time: when, in words; what came; and its pieces from below."""

    when: str
    of: Split
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A row of bars. `top` is the number at the upper edge, `middle` the one half-way, None where that is not whole."""

    bars: tuple[Bar, ...]
    labels: tuple[str, ...]
    top: int

    @property
    def width(self) -> int:
        """Units from left to right; from below to the top there are `HEIGHT`."""
        return len(self.bars) * WIDTH

    @property
    def middle(self) -> int | None:
        """The number half-way up."""
        return None if self.top % 2 else self.top // 2


def plot(names: Sequence[str], splits: Sequence[Split], labels: Sequence[str]) -> Plot:
    """Lay out one bar for each name."""
    top = axis_top(max((it.came for it in splits), default=0))
    bars = (Bar(name, it, _pieces(nth, it, top)) for nth, (name, it) in enumerate(zip(names, splits, strict=True)))
    return Plot(tuple(bars), tuple(labels), top)


def axis_top(highest: int) -> int:
    """Return a round number that is no less, and at least 1."""
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
