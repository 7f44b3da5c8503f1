"""How far a back end has read the devices that changed, in the order of their last change.

A change may be committed after another one that is later by the clock. So a cursor also says up to where that can no
longer happen, and after the last page the back end reads on from there.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db.models import Q, QuerySet

from idp.agents.models import Device
from idp.clock import CLOCKS_APART
from idp.sql import open_transactions

SETTLING = CLOCKS_APART + timedelta(seconds=10)
"""How long before its transaction's first write a change may be dated, with clocks that differ. So changes of the last
minute are sent again."""
TOLD_AGAIN = timedelta(days=1)
"""Where a back end begins again if its cursor is from a clock that was ahead: so far before now."""
Place = tuple[datetime, UUID]
"""A device in this order: the instant of its last change, and its ID."""
BEGINNING: Place = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last device that was returned, and the last one before which no change can be added."""

    last: Place = BEGINNING
    settled: Place = BEGINNING

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a cursor; an empty one is the beginning. Raises ValueError, OverflowError."""
        if not written:
            return cls()
        text = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode("ascii")
        places = [_place(it) for it in text.split("|")]
        if len(places) > len(("last", "settled")):
            raise ValueError("more than two places")
        return cls(places[0], places[-1])

    def as_of(self, now: datetime) -> "Cursor":
        """Return the cursor, or an earlier one if a clock that was ahead wrote it: new changes are dated before it."""
        if self.settled[0] <= now + CLOCKS_APART:
            return self
        earlier = (now - TOLD_AGAIN, BEGINNING[1])
        return Cursor(earlier, earlier)

    def __str__(self) -> str:
        places = dict.fromkeys((self.last, self.settled)) if self != Cursor() else ()
        text = "|".join(f"{at.isoformat()} {pk}" for at, pk in places)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def beyond(self, devices: QuerySet[Device]) -> QuerySet[Device]:
        """Return the devices after the last one, in order."""
        at, pk = self.last
        return devices.filter(Q(changed_at__gt=at) | Q(changed_at=at, id__gt=pk)).order_by("changed_at", "id")

    def after(self, page: Sequence[Device], settled_until: datetime, *, more: bool) -> "Cursor":
        """Return the cursor after a page. After the last one, the next request begins where nothing can be added."""
        settled = [it for it in page if it.changed_at <= settled_until]
        may_move = settled and self.settled == self.last  # nothing that was not settled has been passed over
        until = (settled[-1].changed_at, settled[-1].pk) if may_move else self.settled
        return Cursor((page[-1].changed_at, page[-1].pk), until) if more else Cursor(until, until)


def settled_until(now: datetime) -> datetime:
    """Return the instant before which no change can be added. Must be asked for before the page is read.

    Otherwise a transaction that ends in between is neither on the page nor open any more.
    """
    return now - SETTLING - open_transactions.longest()


def _place(text: str) -> Place:
    at, _, pk = text.partition(" ")
    return datetime.fromisoformat(at).astimezone(UTC), UUID(pk)
