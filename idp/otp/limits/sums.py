"""Sums over several sets of rows, in one query."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Expression, QuerySet, Value

Part = tuple[QuerySet[Any], Expression, Expression]
"""Rows, what is summed up of them, and how many are read for it."""
FEW_READ = Value(0)
"""For parts whose rows are always few."""


class Sums(NamedTuple):
    """The sums for a `Part`."""

    many: int
    read: int


def of_parts(parts: Sequence[Part]) -> list[Sums]:
    """Return the sums of each part, in one query."""
    first, *others = (
        rows.order_by()
        .annotate(place=Value(place))
        .values("place")
        .annotate(many=many, read=read)
        .values_list("place", "many", "read")
        for place, (rows, many, read) in enumerate(parts)
    )
    found = {place: Sums(many or 0, read) for place, many, read in first.union(*others, all=True)}
    return [found.get(place, Sums(0, 0)) for place in range(len(parts))]
