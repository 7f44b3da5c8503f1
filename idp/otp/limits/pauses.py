"""Pauses after wrong codes: consecutive ones are counted by number, the agent's own phone apart from all others."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import DateTimeField, F, Max, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from idp.clock import CLOCKS_APART
from idp.otp.allowances import FREE_FAILURES, MOST_FAILURES, pause_after
from idp.otp.limits import sums
from idp.otp.limits.sums import FEW_READ, Part
from idp.otp.models import Outcome, PhoneAuthenticator, Verification

REMEMBERED = timedelta(days=30)
UNTIL_LIFTED = timedelta(days=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
PROVED = (Outcome.APPROVED, Outcome.OTHERWISE)


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong codes since the last right one: all of them, and those of the last 30 days."""

    in_a_row: int
    recent: int


def paused_until(counted_as: str, *, own: bool, now: datetime) -> datetime | None:
    """Return the instant until which wrong codes in a row keep a sign-in paused, or None.

    A pause counts the wrong codes of 30 days. A hundred in a row have no such limit: they pause sign-ins until an
    operator lifts the pause, or until a phone that may still try gives a right code (NIST SP 800-63B-4 section 3.2.2).
    """
    return pause_for(counted_as, failures(counted_as, own=own, now=now), now)


def failures(counted_as: str, *, own: bool, now: datetime) -> Failures:
    """Count the wrong codes in a row, by the agent's own phone or by all others."""
    in_a_row, recent = sums.of_parts(failure_parts(counted_as, own=own, now=now))
    return Failures(in_a_row.many, recent.many)


def failure_parts(counted_as: str, *, own: bool, now: datetime) -> list[Part]:
    """Return what sums up the two figures of `Failures`, for a query that sums up other things as well.

    A right code or a lifted pause that a wrong clock dated ahead does not count yet: it would forgive all guesses until
    that instant.
    """
    every, latest = Verification.objects.filter(counted_as=counted_as).order_by(), now + CLOCKS_APART
    proved = every.filter(outcome__in=PROVED, started_at__lte=latest)
    right = proved.values("counted_as").annotate(at=Max("started_at")).values("at")
    pardoned = PhoneAuthenticator.objects.filter(verifications__counted_as=counted_as, lifted_at__lte=latest)
    lifted = pardoned.order_by("pk").values("lifted_at")
    never = Value(LONG_AGO, DateTimeField())
    after = Greatest(Coalesce(Subquery(right), never), Coalesce(Subquery(lifted[:1]), never))
    in_a_row = every.filter(started_at__gt=after)
    wrong = Sum(F("tries") - F("strangers_tries") if own else F("strangers_tries"))
    return [(in_a_row, wrong, FEW_READ), (in_a_row.filter(started_at__gt=now - REMEMBERED), wrong, FEW_READ)]


def pause_for(counted_as: str, wrong: Failures, now: datetime) -> datetime | None:
    """Return the instant until which so many wrong codes pause a sign-in, or None."""
    if wrong.in_a_row >= MOST_FAILURES:
        return now + UNTIL_LIFTED
    if wrong.recent < FREE_FAILURES:
        return None
    begun = Verification.objects.filter(counted_as=counted_as, started_at__lte=now + CLOCKS_APART)
    latest = begun.order_by("-started_at").first()
    pause = pause_after(wrong.recent)
    if latest is None or pause is None:
        return None
    until = latest.started_at + pause
    return until if now < until else None
