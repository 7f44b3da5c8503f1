"""Seals committed lines: gives them their places in the chain, after the sign-ins that wrote them.

A sign-in only inserts its line, since a lock on the end of the chain would make all sign-ins wait for each other. Lines
are sealed later, in batches. Each batch is one transaction that locks the chain's row, so only one process seals at a
time.

The database assigns ids before a transaction commits. So a lower id may become visible after a higher one, and sealing
looks for lines without a seal. Each pass looks a few minutes back, and a thorough pass through all lines, so that no
line is skipped however late it becomes visible.
"""

import itertools
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, Max, Min, OuterRef, QuerySet

from idp.audit.chain import checkpoints, digests, lines
from idp.audit.chain.checkpoints import Checkpoint, Says
from idp.audit.models import ONLY, Chain, LoginEvent, Seal
from idp.sql.unindexed import Unindexed

SEALED_AT_ONCE: Final = 500
"""Lines that one transaction seals."""
SETTLING: Final = timedelta(seconds=2)
"""Younger lines wait for the next pass, so that lines are sealed in their order."""

SOME: Final = 10
"""The most batches that are sealed after one request. The next request seals the rest."""

LATE: Final = timedelta(hours=1)
"""If a line waits longer than this, nothing seals lines here."""

LOOK_BACK: Final = timedelta(minutes=5)
LONGEST_REST: Final = 0.5
"""Seconds between two batches at most: as long as a batch took, so that sign-ins get half of the database at least."""


def seal_all(now: datetime, *, thorough: bool = False) -> int:
    """Seal every line that waits, in batches. Returns how many there were.

    `thorough` takes in lines of the last seconds, and those that became visible very late.
    """
    return sum(batches(now, thorough=thorough))


def seal_some(now: datetime) -> int:
    """Seal a few batches of waiting lines after a request. Returns how many lines there were."""
    return sum(itertools.islice(batches(now), SOME))


def late(now: datetime) -> bool:
    """Whether a line has waited for its seal for more than an hour."""
    return _waiting(Chain.objects.filter(pk=ONLY).first() or Chain(), now - LATE).exists()


def batches(now: datetime, *, thorough: bool = False) -> Iterator[int]:
    """Seal batch by batch, and yield how many lines each had."""
    if thorough:
        Chain.objects.filter(pk=ONLY).update(settled=0)
    elif not _waiting(Chain.objects.filter(pk=ONLY).first() or Chain(), now - SETTLING).exists():
        return  # usually nothing waits, so no lock is taken
    while True:
        begun = time.monotonic()
        count = _batch(now, now if thorough else now - SETTLING)
        yield count
        if count < SEALED_AT_ONCE:
            return
        time.sleep(min(time.monotonic() - begun, LONGEST_REST))


def unsealed() -> "QuerySet[LoginEvent]":
    """Return the lines that have no seal yet."""
    return LoginEvent.objects.filter(~Exists(Seal.objects.filter(event=OuterRef("pk"))))


def hold() -> Chain:
    """Lock the chain's row within a transaction, and read it."""
    Chain.objects.get_or_create(pk=ONLY)
    Chain.objects.filter(pk=ONLY).update(position=F("position"))
    return Chain.objects.get(pk=ONLY)


@transaction.atomic
def _batch(now: datetime, up_to: datetime) -> int:
    chain = hold()
    rows = list(_waiting(chain, up_to).order_by("pk").values(*lines.COLUMNS)[:SEALED_AT_ONCE])
    seals = list(_seals(chain, rows, now))
    if seals:
        seals[-1].signature = checkpoints.sign(Checkpoint(Says.SEALED, chain.position, bytes(chain.digest)), now)
        Seal.objects.bulk_create(seals)
    chain.settled = _settled(chain.settled, now, rows[-1]["id"] if len(rows) == SEALED_AT_ONCE else None)
    chain.save(update_fields=["position", "digest", "latest", "settled"])
    return len(seals)


def _waiting(chain: Chain, up_to: datetime) -> "QuerySet[LoginEvent]":
    seals = Seal.objects.filter(event=OuterRef("pk"), event__gt=chain.settled)  # skips what is already sealed
    beyond = LoginEvent.objects.filter(~Exists(seals), pk__gt=chain.settled)
    return beyond.alias(when=Unindexed("at")).filter(when__lte=up_to)  # nearly all of them are


def _seals(chain: Chain, rows: list[dict[str, Any]], now: datetime) -> Iterator[Seal]:
    """Add lines at the end of the chain."""
    for row in rows:
        line = lines.plain(row)
        salts = lines.new_salts(line)
        marks = lines.marks(line, salts)
        chain.digest = digests.following(bytes(chain.digest), digests.content(line, marks))
        chain.position += 1
        at = min(row["at"], now)
        chain.latest = max(chain.latest or at, at)
        yield Seal(
            position=chain.position,
            event_id=row["id"],
            digest=chain.digest,
            latest=chain.latest,
            address_salt=salts.get("address", b""),
            address_mark=marks.get("address", b""),
            user_agent_salt=salts.get("user_agent", b""),
            user_agent_mark=marks.get("user_agent", b""),
        )


def _settled(before: int, now: datetime, last: int | None) -> int:
    """Return the id up to which every line is sealed. `last` is the last of a full batch, beyond which more waits."""
    # `+ 0` makes the database use the index of instants. By the primary key, it would search the whole trail for the
    # least id while every writer waits.
    recent = LoginEvent.objects.filter(at__gte=now - LOOK_BACK)
    first_recent = recent.aggregate(first=Min(F("pk") + 0))["first"]
    if last is None and first_recent is None:
        last = LoginEvent.objects.aggregate(last=Max("pk"))["last"]
    ends = [it for it in (last, first_recent and first_recent - 1) if it is not None]
    return max([before, min(ends)]) if ends else before
