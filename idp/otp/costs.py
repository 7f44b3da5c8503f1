"""What codes cost and what comes of them, per day and channel, from our own records."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import TruncDate

from idp.otp.models import Outcome, Verification, VerificationSend

DAYS = 30
APPROVED = "approved"


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
        """Right codes among what was sent, in percent; None where nothing was. Codes sent twice count once."""
        return round(100 * self.approved / self.sent) if self.sent else None

    def cost(self, prices: Mapping[str, Decimal]) -> Decimal:
        """Return the estimate: what was sent by the price of its channel, and right codes by theirs."""
        return self.sent * prices.get(self.channel, Decimal(0)) + self.approved * prices.get(APPROVED, Decimal(0))


def by_day(now: datetime, days: int = DAYS) -> list[Line]:
    """Return the last days, the latest first; decoys cost nothing and are left out."""
    since = now - timedelta(days=days)
    counted: dict[tuple[date, str], dict[str, int]] = defaultdict(lambda: {"asked": 0, "sent": 0, "approved": 0})
    for row in _sends(since):
        counted[row["day"], row["channel"]].update(asked=row["asked"], sent=row["sent"])
    for row in _approvals(since):
        counted[row["day"], row["last"] or ""]["approved"] = row["approved"]
    lines = [Line(day, channel, **numbers) for (day, channel), numbers in counted.items()]
    return sorted(lines, key=lambda it: (-it.day.toordinal(), it.channel))


def total(lines: Iterable[Line], now: datetime) -> Line:
    """Add lines up; the channel of the sum is empty."""
    every = list(lines)
    return Line(
        now.date(),
        "",
        sum(it.asked for it in every),
        sum(it.sent for it in every),
        sum(it.approved for it in every),
    )


def _sends(since: datetime) -> list[dict[str, Any]]:
    real = VerificationSend.objects.filter(at__gt=since, verification__authenticator__isnull=False).order_by()
    days = real.annotate(day=TruncDate("at")).values("day", "channel")
    return [dict(it) for it in days.annotate(asked=Count("pk"), sent=Count("pk", filter=Q(answer="sent")))]


def _approvals(since: datetime) -> list[dict[str, Any]]:
    last = VerificationSend.objects.filter(verification=OuterRef("pk")).order_by("-nth").values("channel")[:1]
    approved = Verification.objects.filter(outcome=Outcome.APPROVED, ended_at__gt=since).order_by()
    days = approved.annotate(day=TruncDate("ended_at"), last=Subquery(last)).values("day", "last")
    return [dict(it) for it in days.annotate(approved=Count("pk"))]
