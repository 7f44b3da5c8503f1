"""Counts the trail by the hour: sign-ins, their proofs, refusals, and codes.

The figures name nobody, so they stay when the lines themselves are deleted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.db.models import Count, Max, Q
from django.db.models.fields.json import KeyTransform

from idp.audit.models import Figure, Kind, LoginEvent
from idp.audit.past_sign_ins import JUDGED
from idp.audit.statistics import codes
from idp.audit.statistics.hours import HourOf, begin_of, hour_of, stretches

SEVERAL: Final = "|"
"""Separates the platforms of a browser that may be one of several."""
LONGEST: Final = 64
"""Characters of `audit.HourlyCount.of`."""


class Cell(NamedTuple):
    """What is counted: the hour, the service, the figure, and the value in brackets of `Figure`."""

    hour: int
    service: str
    figure: str
    of: str


@dataclass(slots=True)
class Tally:
    """How often, and when for the last time."""

    count: int
    last_at: datetime

    def add(self, count: int, last_at: datetime) -> None:
        """Add what was counted elsewhere."""
        self.count += count
        self.last_at = max(self.last_at, last_at)


Cells = dict[Cell, Tally]
Counted = Iterator[tuple[Cell, int, datetime]]


def count(hours: range) -> Cells:
    """Count all figures of some hours in a row, in two queries.

    Always for all services together, because an agent who requests a code at two services requests one code.
    """
    return _together((*_sign_ins([hours]), *_codes(hours)))


def judged(hours: Iterable[int]) -> Cells:
    """Count what the access policy judged in some hours, in one query."""
    found = stretches(hours)
    return _together(_sign_ins(found)) if found else {}


def over_all_services(cells: Cells) -> Cells:
    """Add up the cells of all services. The sums have none."""
    return _together((it._replace(service=""), of.count, of.last_at) for it, of in cells.items())


def _together(counted: Iterable[tuple[Cell, int, datetime]]) -> Cells:
    cells: Cells = {}
    for cell, times, last_at in counted:
        cells.setdefault(cell, Tally(0, last_at)).add(times, last_at)
    return cells


def _sign_ins(parts: list[range]) -> Counted:
    """Have the database count judged sign-ins. Equal ones come as one row."""
    within = reduce(or_, (Q(at__gte=begin_of(it.start), at__lt=begin_of(it.stop)) for it in parts))
    alike = (
        LoginEvent.objects.filter(within, kind__in=JUDGED)
        .order_by()
        .values(
            "kind",
            "method",
            "service",
            "decided_by",
            "would_have",
            hour=HourOf("at"),
            platform=KeyTransform("platform", "judged"),
            browser=KeyTransform("browser", "judged"),
        )
    )
    for row in alike.annotate(times=Count("pk"), last=Max("at")):
        for figure, of in _figures_of(row):
            yield Cell(row["hour"], row["service"], figure.value, of[:LONGEST]), row["times"], row["last"]


def _figures_of(row: Mapping[str, Any]) -> Iterator[tuple[Figure, str]]:
    if row["decided_by"]:
        yield Figure.DECIDED, row["decided_by"]
        yield from ((Figure.WATCHED, key) for key in _watching(row["would_have"]))
    if row["kind"] == Kind.REFUSED:
        yield Figure.REFUSED, row["decided_by"]
    if row["kind"] == Kind.SIGNED_IN:
        yield Figure.SIGNED_IN, row["method"]
        yield Figure.PLATFORM, _either(row["platform"])
        yield Figure.BROWSER, _either(row["browser"])


def _watching(would_have: object) -> set[str]:
    """Return the keys of the rules in watch only that would have decided otherwise."""
    verdicts = would_have if isinstance(would_have, list) else []
    return {str(it["rule"]) for it in verdicts if isinstance(it, dict) and "rule" in it}


def _either(fact: object) -> str:
    """Return a recorded fact as one text; empty if nothing is known."""
    among = next(iter(fact.values()), []) if isinstance(fact, dict) else fact
    return SEVERAL.join(str(it) for it in among) if isinstance(among, list) else ""


def _codes(hours: range) -> Counted:
    """Count what happened to codes, line by line."""
    for at, service, figure, of in codes.followed(begin_of(hours.start), begin_of(hours.stop)):
        yield Cell(hour_of(at), service, figure.value, of), 1, at
