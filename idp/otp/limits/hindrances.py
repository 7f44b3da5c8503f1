"""Decides whether another code may be sent, by counts per number, address and prefix over hours and days.

All counts come from the rows of sends and verifications. Identifiers that belong to nobody are counted alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, DateTimeField, Expression, F, Max, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import todays_sends, unproved_sends
from idp.otp.limits.allowances import (
    FREE_FAILURES,
    MOST_FAILURES,
    PER_ADDRESS,
    PER_ADDRESS_A_DAY,
    PER_NUMBER,
    PER_PREFIX,
    PER_PREFIX_A_DAY,
    Allowance,
    pause_after,
)
from idp.otp.limits.asker import Asker
from idp.otp.limits.todays_sends import sent_today
from idp.otp.limits.unproved_sends import Past
from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend

PREFIX_LENGTH = 7  # a plus sign, the country, and what is mostly the network or the area
REMEMBERED = timedelta(days=30)
AGAIN_LATER = timedelta(minutes=10)
UNTIL_LIFTED = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PROVED = (Outcome.APPROVED, Outcome.OTHERWISE)
Part = tuple[QuerySet[Any], Expression, Expression]
"""Rows, what is summed up of them, and how many are read for it."""
UNREAD = Value(0)
"""Few are, whatever they are."""


class Sums(NamedTuple):
    """The sums for a `Part`."""

    many: int
    read: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong codes since the last right one: all of them, and those of the last 30 days."""

    in_a_row: int
    recent: int


def prefix_of(typed: PhoneNumber | Email) -> str:
    """Return the part of a number that many numbers share; empty for an email address."""
    return typed.e164[:PREFIX_LENGTH] if isinstance(typed, PhoneNumber) else ""


class Cap(StrEnum):
    """What codes are counted by, apart from the day as a whole."""

    NUMBER = "number"
    ADDRESS = "address"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Capped:
    """Sends that count towards a cap, and its allowance. `past` holds their known sums, by `key`."""

    cap: Cap
    allowance: Allowance
    sends: "QuerySet[VerificationSend]"
    past: Past
    key: str = ""

    def left(self, now: datetime) -> Part:
        """Count those whose code was not right so far, and how many are read for it: what is known is not."""
        since = max(now - self.allowance.within, self.past.read_to)
        unproved = Count("pk", filter=~Q(verification__outcome=Outcome.APPROVED))
        return self.sends.filter(at__gt=since), unproved, Count("pk")

    def is_reached(self, left: Sums, now: datetime) -> bool:
        """Whether as many are unproved as may be. Right codes are counted only until there are enough of them."""
        if self.key:
            unproved_sends.store(self.key, self.sends, left.read, now)
        needed = self.allowance.proofs_needed(left.many + self.past.after(now - self.allowance.within))
        if not needed:
            return False
        trusted = self.sends.filter(at__gt=now - self.allowance.trust_within).order_by()
        return trusted.filter(verification__outcome=Outcome.APPROVED)[:needed].count() < needed


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps a code from being sent: the day's texts are `spent`, or this number is paused `until` an instant."""

    spent: bool = False
    until: datetime | None = None


def hindrance(counted_as: str, *, own: bool, asker: Asker, prefix: str, now: datetime) -> Hindrance:
    """Count, in one query, everything that may keep a code from being sent.

    Only its own failures hold up the agent's own phone, so that no stranger can lock it out.
    """
    capped, today = [] if own else _capped(counted_as, asker, prefix, now), todays_sends.counted(now)
    later_today: Part = (today.later, Count("pk"), UNREAD)
    later, in_a_row, recent, *unproved = _sums(
        [later_today, *_wrong(counted_as, own, now), *(it.left(now) for it in capped)]
    )
    todays_sends.store(today, later.many, now)
    if today.number + later.many >= _budget(own=asker.agent is not None):
        return Hindrance(spent=True)
    paused = _paused_until(counted_as, Failures(in_a_row.many, recent.many), now)
    if paused is None and _reached(capped, unproved, now):
        return Hindrance(until=now + AGAIN_LATER)
    return Hindrance(until=paused)


def cap_reached(counted_as: str, *, asker: Asker, prefix: str, now: datetime) -> Cap | None:
    """Return the cap that keeps unknown browsers from getting another code, or None."""
    capped = _capped(counted_as, asker, prefix, now)
    return _reached(capped, _sums([it.left(now) for it in capped]), now)


def budget_is_spent(now: datetime, *, own: bool) -> bool:
    """Whether the day's texts are used up. For agents' own phones the limit is twice as high."""
    return sent_today(now) >= _budget(own=own)


def failures(counted_as: str, *, own: bool, now: datetime) -> Failures:
    """Count the wrong codes in a row, by the agent's own phone or by all others."""
    in_a_row, recent = _sums(_wrong(counted_as, own, now))
    return Failures(in_a_row.many, recent.many)


def paused_until(counted_as: str, *, own: bool, now: datetime) -> datetime | None:
    """Return the instant until which wrong codes in a row keep a sign-in paused, or None.

    A pause counts the wrong codes of 30 days. A hundred in a row have no such limit: they pause sign-ins until an
    operator lifts the pause, or until a phone that may still try gives a right code (NIST SP 800-63B-4 section 3.2.2).
    """
    return _paused_until(counted_as, failures(counted_as, own=own, now=now), now)


def _paused_until(counted_as: str, wrong: Failures, now: datetime) -> datetime | None:
    if wrong.in_a_row >= MOST_FAILURES:
        return now + UNTIL_LIFTED
    if wrong.recent < FREE_FAILURES:
        return None
    latest = Verification.objects.filter(counted_as=counted_as).order_by("-started_at").first()
    pause = pause_after(wrong.recent)
    if latest is None or pause is None:
        return None
    until = latest.started_at + pause
    return until if now < until else None


def _budget(*, own: bool) -> int:
    return settings.LATCHKEY.texts_a_day * (2 if own else 1)


def _wrong(counted_as: str, own: bool, now: datetime) -> list[Part]:
    """Sum the wrong codes since the last right one: all, and those of the last 30 days."""
    every = Verification.objects.filter(counted_as=counted_as).order_by()
    right = every.filter(outcome__in=PROVED).values("counted_as").annotate(at=Max("started_at")).values("at")
    lifted = PhoneAuthenticator.objects.filter(verifications__counted_as=counted_as).order_by("pk").values("lifted_at")
    never = Value(LONG_AGO, DateTimeField())
    after = Greatest(Coalesce(Subquery(right), never), Coalesce(Subquery(lifted[:1]), never))
    in_a_row = every.filter(started_at__gt=after)
    wrong = Sum(F("tries") - F("strangers_tries") if own else F("strangers_tries"))
    return [(in_a_row, wrong, UNREAD), (in_a_row.filter(started_at__gt=now - REMEMBERED), wrong, UNREAD)]


def _capped(counted_as: str, asker: Asker, prefix: str, now: datetime) -> list[Capped]:
    sends = VerificationSend.objects.filter(own=False)
    number = sends.filter(verification__counted_as=counted_as)
    capped = [Capped(Cap.NUMBER, PER_NUMBER, number, Past(now - PER_NUMBER.within))]
    if asker.asked_from:
        here, past = sends.filter(asked_from=asker.asked_from), unproved_sends.past(asker.asked_from, now)
        capped += [Capped(Cap.ADDRESS, it, here, past, asker.asked_from) for it in (PER_ADDRESS, PER_ADDRESS_A_DAY)]
    if prefix:
        alike, past = sends.filter(prefix=prefix), unproved_sends.past(prefix, now)
        capped += [Capped(Cap.PREFIX, it, alike, past, prefix) for it in (PER_PREFIX, PER_PREFIX_A_DAY)]
    return capped


def _reached(capped: list[Capped], left: list[Sums], now: datetime) -> Cap | None:
    return next((it.cap for it, sums in zip(capped, left, strict=True) if it.is_reached(sums, now)), None)


def _sums(parts: Sequence[Part]) -> list[Sums]:
    """Sum several sets of rows in one query."""
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
