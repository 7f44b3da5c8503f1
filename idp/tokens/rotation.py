"""What a shown long-lived token means: siblings, one of them confirmed. Pure.

A phone comes by hours apart, and some answers never arrive. So the token that was shown stays good until
one of its children is shown. Losing an answer costs nothing, and a copy shows itself: of two branches only
one lives on, and whoever shows a token of the other is noticed.

*Current*: confirmed and not retired, at most one a device. *Offered*: handed out as a child of the current
one and not yet shown. *Retired*: everything else.
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
    """The facts of the device's present generation of tokens.

    `last_hand_out` is the instant of the newest token; `in_use` tells whether any was handed out since the
    root, that is, whether the browser has come back since the code.
    """

    generation: int
    last_hand_out: datetime | None
    in_use: bool
    revoked: bool


class Verdict(StrEnum):
    """What to do with the device that shows a token. The first three let it in."""

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
        """Whether the token proves the device."""
        return self in {Verdict.SAME_VISIT, Verdict.NEXT, Verdict.CONFIRM}


def judge(shown: Shown, family: Family, *, quiet: timedelta, now: datetime) -> Verdict:
    """Say what a shown token means: the first rule that fits decides.

    `quiet` is how long after a hand-out everything still counts as the same visit: double taps, tabs,
    retries. Within it nothing is handed out, confirmed or taken for a copy.
    """
    if family.revoked:
        return Verdict.ENDED
    if now >= shown.expires_at:
        return Verdict.EXPIRED
    visiting = family.last_hand_out is not None and now < family.last_hand_out + quiet
    if shown.generation < family.generation:
        return Verdict.OLD_COPY if family.in_use and not visiting else Verdict.OUTDATED
    if shown.retired_at is not None:
        retired_just_now = visiting and shown.retired_at == family.last_hand_out
        return Verdict.SAME_VISIT if retired_just_now else Verdict.COPIED
    return Verdict.SAME_VISIT if visiting else _moved_on(shown)


def _moved_on(shown: Shown) -> Verdict:
    """Judge a living token outside the visit of its hand-out."""
    if shown.confirmed_at is None:
        return Verdict.CONFIRM
    return Verdict.UNANSWERED if shown.children >= CHILDREN else Verdict.NEXT
