"""What codes cost, and how many were right, per day and channel, from our own records.

A day that has been over for an hour is counted and stored, so the page costs the same however many codes there were.
The purge counts the last two again, in case a clock was ahead. Younger days are counted for each page view. Days are in
UTC.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Q, Subquery

from idp.clock import CLOCKS_APART
from idp.otp.allowances import CODE_LIFETIME
from idp.otp.models import SENT, DailyCodes, Outcome, Verification, VerificationSend

DAYS: Final = 30
APPROVED: Final = "approved"
DAY: Final = timedelta(days=1)
SETTLES: Final = timedelta(hours=1)
"""The most time from a code's text to the end of its sign-in, including the difference of clocks."""
MANY: Final = 1000
"""Up to so many codes are counted each time, which costs less than storing their count."""
LATEST: Final = CODE_LIFETIME + 2 * CLOCKS_APART
"""Changes to a code this long ago are committed, on any node."""


@dataclass(frozen=True, slots=True)
class Line:
    """One day of one channel: what was asked of Twilio, what it sent, and how many codes were right."""

    day: date
    channel: str
    asked: int
    sent: int
    approved: int

    @property
    def share(self) -> int | None:
        """Right codes in percent of the sent ones; None if none was sent. Codes sent twice count once."""
        return round(100 * self.approved / self.sent) if self.sent else None

    def cost(self, prices: Mapping[str, Decimal]) -> Decimal:
        """Return the estimated cost: each send by the price of its channel, and each right code by its price."""
        return self.sent * prices.get(self.channel, Decimal(0)) + self.approved * prices.get(APPROVED, Decimal(0))


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of a day until an instant, by channel and by what is counted."""

    until: datetime
    numbers: Counter[tuple[str, str]]


_kept: dict[date, Counted] = {}


def by_day(now: datetime) -> list[Line]:
    """Return the last days, the latest first, without decoys, which cost nothing, and without days still to count."""
    days = _days(now)
    kept = DailyCodes.objects.filter(day__gte=days[-1]).exclude(channel="", asked=0, approved=0)
    lines = [Line(it.day, it.channel, it.asked, it.sent, it.approved) for it in kept]
    lines += [line for day in days if not _is_settled(day, now) for line in _so_far(day, now)]
    return sorted(lines, key=lambda it: (-it.day.toordinal(), it.channel))


def total(lines: Iterable[Line], now: datetime) -> Line:
    """Add lines. The channel of the sum is empty."""
    every = list(lines)
    return Line(
        now.date(),
        "",
        sum(it.asked for it in every),
        sum(it.sent for it in every),
        sum(it.approved for it in every),
    )


def left(now: datetime) -> list[date]:
    """Return the days that are over and not counted yet, the latest first, in one query."""
    days = _days(now)
    known = {*DailyCodes.objects.filter(day__gte=days[-1], channel="").values_list("day", flat=True)}
    return [it for it in days if it not in known and _is_settled(it, now)]


def keep(day: date) -> bool:
    """Count a day that is over, and store the counts. Returns False if it was counted already."""
    lines = {it.channel: it for it in (Line(day, "", 0, 0, 0), *count(day))}
    rows = [DailyCodes(**asdict(it)) for it in lines.values()]
    try:
        with transaction.atomic():
            DailyCodes.objects.bulk_create(rows)
    except IntegrityError:
        if not DailyCodes.objects.filter(day=day, channel="").exists():
            raise
        return False  # another process was quicker
    return True


def count_all(now: datetime) -> int:
    """Count every day that is over and was not counted, the latest first. Returns how many there were."""
    return sum(keep(it) for it in left(now))


def count_again(now: datetime) -> None:
    """Count the last two days again, which a clock that was ahead may have counted early, and every day not counted."""
    DailyCodes.objects.filter(day__gt=now.date() - 3 * DAY).delete()
    count_all(now)


def count(day: date) -> list[Line]:
    """Count one day again, by the index of instants. The cost grows with the codes of that day."""
    since = _midnight(day)
    return _lines(day, _count(since, since + DAY))


def _so_far(day: date, now: datetime) -> list[Line]:
    """Count a day that is not over yet, or only just. If it has many codes, the count of settled ones is stored."""
    since = _midnight(day)
    known = _kept.get(day)
    if known is None or known.until > now:
        known = Counted(since, Counter())
    left = _count(known.until, since + DAY)
    until = min(now - LATEST, since + DAY)
    if left.total() > MANY and known.until < until:
        for past in [it for it in _kept if it < day - DAY]:
            _kept.pop(past, None)
        _kept[day] = Counted(until, known.numbers + _count(known.until, until))
    return _lines(day, known.numbers + left)


def _count(since: datetime, until: datetime) -> Counter[tuple[str, str]]:
    """Count by channel what was asked, sent and right from an instant until another."""
    counted: Counter[tuple[str, str]] = Counter()
    real = VerificationSend.objects.filter(at__gte=since, at__lt=until, verification__authenticator__isnull=False)
    sends = real.order_by().values("channel")
    for row in sends.annotate(asked=Count("pk"), sent=Count("pk", filter=Q(answer=SENT))):
        counted[row["channel"], "asked"], counted[row["channel"], "sent"] = row["asked"], row["sent"]
    for channel, approved in _approvals(since, until):
        counted[channel or "", "approved"] = approved
    return counted


def _lines(day: date, counted: Counter[tuple[str, str]]) -> list[Line]:
    channels = {channel for channel, _ in counted}
    return [Line(day, it, counted[it, "asked"], counted[it, "sent"], counted[it, "approved"]) for it in channels]


def _approvals(since: datetime, until: datetime) -> Iterable[tuple[str | None, int]]:
    last = VerificationSend.objects.filter(verification=OuterRef("pk")).order_by("-nth").values("channel")[:1]
    begun = Verification.objects.filter(started_at__gt=since - SETTLES, started_at__lt=until).order_by()
    right = begun.filter(outcome=Outcome.APPROVED, ended_at__gte=since, ended_at__lt=until)
    return right.annotate(last=Subquery(last)).values("last").annotate(many=Count("pk")).values_list("last", "many")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _days(now: datetime) -> list[date]:
    return [now.date() - back * DAY for back in range(DAYS)]


def _is_settled(day: date, now: datetime) -> bool:
    return _midnight(day) + DAY + SETTLES <= now
