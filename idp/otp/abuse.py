"""Whether somebody may be sent another code: counted per number, address and prefix, over hours and days.

Everything is counted from the rows of sends and verifications, the same for identifiers that nobody has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db.models import Count, DateTimeField, F, Max, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from idp.bearer_secrets import keyed_hash
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import (
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
from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.otp.rate_limits import ONE_ADDRESS, network_of

PREFIX_LENGTH = 7  # a plus sign, the country, and what is mostly the network or the area
REMEMBERED = timedelta(days=30)
AGAIN_LATER = timedelta(minutes=10)
UNTIL_LIFTED = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PROVED = (Outcome.APPROVED, Outcome.OTHERWISE)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as can be told: the agent whose own device this browser is, and its address."""

    agent: UUID | None
    address: str | None

    def owns(self, authenticator: PhoneAuthenticator | None) -> bool:
        """Whether the browser is a device of the agent whose number this is."""
        return authenticator is not None and self.agent == authenticator.user_id

    @property
    def asked_from(self) -> str:
        """The address as it is counted, an IPv6 one by its /64: nobody can read it back."""
        return keyed_hash("asked from", network_of(self.address, ONE_ADDRESS)) if self.address else ""


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong codes since the last right one: all of them, and those of the last 30 days."""

    in_a_row: int
    recent: int


def prefix_of(typed: PhoneNumber | Email) -> str:
    """Return the part of a number that many numbers share; empty for an e-mail address."""
    return typed.e164[:PREFIX_LENGTH] if isinstance(typed, PhoneNumber) else ""


class Cap(StrEnum):
    """What codes are counted by, besides the day as a whole."""

    NUMBER = "number"
    ADDRESS = "address"
    PREFIX = "prefix"


def closed_until(counted_as: str, *, own: bool, asker: Asker, prefix: str, now: datetime) -> datetime | None:
    """Return the instant until which nothing is sent, or None if it may be.

    The agent's own phone is held up by its own failures alone, so that no stranger can lock it out.
    """
    paused = paused_until(counted_as, own=own, now=now)
    if paused is not None or own:
        return paused
    return now + AGAIN_LATER if cap_reached(counted_as, asker=asker, prefix=prefix, now=now) else None


def cap_reached(counted_as: str, *, asker: Asker, prefix: str, now: datetime) -> Cap | None:
    """Name the cap that keeps phones which are nobody's own from being sent another code, or None."""
    counted = [(Cap.NUMBER, PER_NUMBER, _sends().filter(verification__counted_as=counted_as))]
    if asker.asked_from:
        sends = _sends().filter(asked_from=asker.asked_from)
        counted += [(Cap.ADDRESS, it, sends) for it in (PER_ADDRESS, PER_ADDRESS_A_DAY)]
    if prefix:
        counted += [(Cap.PREFIX, it, _sends().filter(prefix=prefix)) for it in (PER_PREFIX, PER_PREFIX_A_DAY)]
    unproved = _counts([_unproved(sends, allowance, now) for _, allowance, sends in counted])
    for (cap, allowance, sends), count in zip(counted, unproved, strict=True):
        if count >= allowance.base and _is_used_up(allowance, sends, count, now):
            return cap
    return None


def budget_is_spent(now: datetime, *, own: bool) -> bool:
    """Whether the day's texts are used up; the agents' own phones may go on to twice as many."""
    budget = settings.LATCHKEY.texts_a_day * (2 if own else 1)
    return sent_today(now) >= budget


def sends_today(now: datetime) -> QuerySet[VerificationSend]:
    """Return the texts and calls that were asked of Twilio since midnight UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return VerificationSend.objects.filter(verification__authenticator__isnull=False, at__gte=midnight)


def sent_today(now: datetime) -> int:
    """Return how many these are."""
    return sends_today(now).count()


def failures(counted_as: str, *, own: bool, now: datetime) -> Failures:
    """Count the wrong codes in a row, by the agent's own phone or by all others."""
    every = Verification.objects.filter(counted_as=counted_as).order_by()
    right = every.filter(outcome__in=PROVED).values("counted_as").annotate(at=Max("started_at")).values("at")
    lifted = PhoneAuthenticator.objects.filter(verifications__counted_as=counted_as).order_by("pk").values("lifted_at")
    never = Value(LONG_AGO, DateTimeField())
    after = Greatest(Coalesce(Subquery(right), never), Coalesce(Subquery(lifted[:1]), never))
    wrong = F("tries") - F("strangers_tries") if own else F("strangers_tries")
    counted = every.filter(started_at__gt=after).aggregate(
        in_a_row=Sum(wrong, default=0), recent=Sum(wrong, filter=Q(started_at__gt=now - REMEMBERED), default=0)
    )
    return Failures(**counted)


def paused_until(counted_as: str, *, own: bool, now: datetime) -> datetime | None:
    """Return the instant until which wrong codes in a row keep a sign-in paused, or None.

    Pauses forget after 30 days, the end does not: a hundred in a row last until an operator lifts it or, from a
    phone that still may try, a code is right (NIST SP 800-63B-4 section 3.2.2 wants no more).
    """
    wrong = failures(counted_as, own=own, now=now)
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


def _sends() -> "QuerySet[VerificationSend]":
    return VerificationSend.objects.filter(own=False)


def _unproved(sends: "QuerySet[VerificationSend]", allowance: Allowance, now: datetime) -> "QuerySet[VerificationSend]":
    return sends.filter(at__gt=now - allowance.within).exclude(verification__outcome=Outcome.APPROVED)


def _counts(asked: "Sequence[QuerySet[VerificationSend]]") -> list[int]:
    """Count several sets of sends in one question."""
    first, *others = (
        rows.order_by()
        .annotate(place=Value(place))
        .values("place")
        .annotate(many=Count("pk"))
        .values_list("place", "many")
        for place, rows in enumerate(asked)
    )
    found = dict(first.union(*others, all=True))
    return [found.get(place, 0) for place in range(len(asked))]


def _is_used_up(allowance: Allowance, sends: "QuerySet[VerificationSend]", unproved: int, now: datetime) -> bool:
    proved = sends.filter(at__gt=now - allowance.trust_within, verification__outcome=Outcome.APPROVED).count()
    return allowance.is_used_up(unproved, proved)
