"""How many sends from one address or to one prefix had no right code, without reading the whole day at each request.

A code is right within ten minutes or never. Once a send is older, a process that has read it stores its instant if the
code was not right, and never reads the row again. Most codes are right, so little is stored.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from idp.clock import CLOCKS_APART
from idp.otp.allowances import CODE_LIFETIME
from idp.otp.models import Outcome, VerificationSend

FEW: Final = 200
"""Reading so few rows each time costs less than the extra query that stores their outcome."""
SETTLED_AFTER: Final = CODE_LIFETIME + 2 * CLOCKS_APART
LONGEST: Final = timedelta(days=1)
"""No limit looks further back."""
MOST: Final = 1000
"""The most addresses and prefixes that are stored. With one more, all are read again."""


@dataclass(frozen=True, slots=True)
class Past:
    """The instant up to which sends were read, and those whose code was not right, in order."""

    read_to: datetime
    unproved: tuple[datetime, ...] = ()

    def after(self, since: datetime) -> int:
        """Return how many were made after an instant."""
        return len(self.unproved) - bisect_right(self.unproved, since)


_past: dict[str, Past] = {}


def past(key: str, now: datetime) -> Past:
    """Return what is known of the sends of an address or prefix."""
    known, earliest = _past.get(key), now - LONGEST
    return known if known and earliest < known.read_to <= now else Past(earliest)


def store(key: str, sends: QuerySet[VerificationSend], read: int, now: datetime) -> None:
    """Store the outcome of settled sends, if the caller had to read many. `read` is how many it read."""
    known, read_to = past(key, now), now - SETTLED_AFTER
    if read <= FEW or read_to <= known.read_to:
        return
    settled = sends.filter(at__gt=known.read_to, at__lte=read_to).exclude(verification__outcome=Outcome.APPROVED)
    found = settled.order_by("at").values_list("at", flat=True)
    if len(_past) >= MOST:
        _past.clear()
    _past[key] = Past(read_to, (*(it for it in known.unproved if it > now - LONGEST), *found))
