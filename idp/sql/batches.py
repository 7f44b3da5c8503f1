"""Splits many rows or keys into batches, each short enough for one statement."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

BATCH: Final = 500
"""Rows or keys of one statement."""


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield all items in order, up to `BATCH` at a time."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
