"""Decides what a shown long-lived token means. Of siblings only one is confirmed. Pure.

A phone may come back hours later, and some answers never arrive. So a token stays valid until one of its children is
shown: losing an answer does no harm. A copied token is detected: of two branches only one stays valid, and the other's
next use is noticed.

- *Current*: confirmed and not retired. A device has at most one.
- *Offered*: handed out as a child of the current one, and not yet shown.
- *Retired*: everything else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LIFETIME = timedelta(days=7)
CHILDREN = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """The facts of the token that a device shows."""

    generation: int
    issued_at: datetime
    expires_at: datetime
    confirmed_at: datetime | None
    retired_at: datetime | None
    children: int


@dataclass(frozen=True, slots=True)
class Family:
    """The facts of the device's current generation of tokens.

    `last_hand_out` is the instant of the newest token. `in_use` says whether any was handed out since the root, so
    whether the browser has come back since the code.
    """

    generation: int
    last_hand_out: datetime | None
    in_use: bool
    revoked: bool


class Verdict(StrEnum):
    """What to do with the device that shows a token. The first three accept it."""

    SAME_VISIT = "same visit"
    NEXT = "next"
    CONFIRM = "confirm"
    ENDED = "ended"
    EXPIRED = "expired"
    OUTDATED = "outdated"
    OLD_COPY = "old copy"
    COPIED = "copied"
    UNANSWERED = "unanswered"

    @property
    def lets_in(self) -> bool:
        """Whether the token authenticates the device."""
        return self in {Verdict.SAME_VISIT, Verdict.NEXT, Verdict.CONFIRM}


def judge(shown: Shown, family: Family, *, quiet: timedelta, now: datetime) -> Verdict:
    """Return the verdict on a shown token. The first matching rule decides.

    `quiet` is how long after a token was handed out everything counts as the same visit: double taps, tabs, retries.
    Within it no token is handed out or confirmed, and none counts as a copy.
    """
    if family.revoked:
        return Verdict.ENDED
    if now >= shown.expires_at or shown.issued_at >= now + LIFETIME:  # dated by a wrong clock
        return Verdict.EXPIRED
    visiting = family.last_hand_out is not None and now < family.last_hand_out + quiet
    if shown.generation < family.generation:
        return Verdict.OLD_COPY if family.in_use and not visiting else Verdict.OUTDATED
    if shown.retired_at is not None:
        retired_just_now = visiting and shown.retired_at == family.last_hand_out
        return Verdict.SAME_VISIT if retired_just_now else Verdict.COPIED
    return Verdict.SAME_VISIT if visiting else _moved_on(shown)


def _moved_on(shown: Shown) -> Verdict:
    """Judge a token that is not retired, outside the visit in which it was handed out."""
    if shown.confirmed_at is None:
        return Verdict.CONFIRM
    return Verdict.UNANSWERED if shown.children >= CHILDREN else Verdict.NEXT
