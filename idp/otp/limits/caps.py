"""Caps on sends without a right code, per number, address and prefix, over hours and days.

Identifiers that belong to nobody are counted alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from idp.clock import lately
from idp.otp.allowances import (
    PER_ADDRESS,
    PER_ADDRESS_A_DAY,
    PER_NUMBER,
    PER_PREFIX,
    PER_PREFIX_A_DAY,
    Allowance,
)
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import sums, unproved_sends
from idp.otp.limits.asker import Asker
from idp.otp.limits.sums import Part, Sums
from idp.otp.limits.unproved_sends import Past
from idp.otp.models import Outcome, VerificationSend

PREFIX_LENGTH = 7  # a plus sign, the country, and what is mostly the network or the area


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

    def unread(self, now: datetime) -> Part:
        """Return what counts the sends without a right code so far, except those that `past` has counted."""
        since = max(now - self.allowance.within, self.past.read_to)
        unproved = Count("pk", filter=~Q(verification__outcome=Outcome.APPROVED))
        return self.sends.filter(lately("at", since, now)), unproved, Count("pk")

    def is_reached(self, unread: Sums, now: datetime) -> bool:
        """Whether the allowance is used up. Right codes are counted only until there are enough of them."""
        if self.key:
            unproved_sends.store(self.key, self.sends, unread.read, now)
        needed = self.allowance.proofs_needed(unread.many + self.past.after(now - self.allowance.within))
        if not needed:
            return False
        trusted = self.sends.filter(at__gt=now - self.allowance.trust_within).order_by()
        return trusted.filter(verification__outcome=Outcome.APPROVED)[:needed].count() < needed


def prefix_of(typed: PhoneNumber | Email) -> str:
    """Return the part of a number that many numbers share; empty for an email address."""
    return typed.e164[:PREFIX_LENGTH] if isinstance(typed, PhoneNumber) else ""


def cap_reached(counted_as: str, *, asker: Asker, prefix: str, now: datetime) -> Cap | None:
    """Return the cap that keeps unknown browsers from getting another code, or None."""
    capped = capped_sends(counted_as, asker, prefix, now)
    return first_reached(capped, sums.of_parts([it.unread(now) for it in capped]), now)


def capped_sends(counted_as: str, asker: Asker, prefix: str, now: datetime) -> list[Capped]:
    """Return the sends that count towards each cap of a request."""
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


def first_reached(capped: Sequence[Capped], unread: Sequence[Sums], now: datetime) -> Cap | None:
    """Return the first cap that is reached, or None. `unread` has the sums of `Capped.unread`."""
    return next((it.cap for it, sums_ in zip(capped, unread, strict=True) if it.is_reached(sums_, now)), None)
