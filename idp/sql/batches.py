"""Splits many rows or keys into batches, each short enough for one statement."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

PER_STATEMENT: Final = 500
"""Rows or keys of one statement."""


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield all items in order, up to `PER_STATEMENT` at a time."""
    for start in range(0, len(items), PER_STATEMENT):
        yield items[start : start + PER_STATEMENT]
