"""Pauses of an agent's codes after wrong ones, on their own phone and on new ones.

The two are counted apart, so an agent may read *Too many tries* on a new phone while the old one signs in.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.agents.models import Agent
from idp.otp import verifications
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import pauses
from idp.otp.limits.asker import Asker
from idp.otp.limits.pauses import UNTIL_LIFTED
from idp.otp.models import PhoneAuthenticator
from idp.otp.progress import progress_of


@dataclass(frozen=True, slots=True)
class Pause:
    """Where no code can be requested, and until when. None means until somebody lifts the pause."""

    where: str
    until: datetime | None


def pauses_of(agent: Agent, now: datetime) -> list[Pause]:
    """Return an agent's pauses: after wrong codes in a row, or because the pending code has no tries left."""
    found = []
    for phone in PhoneAuthenticator.objects.filter(user=agent):
        for where, asker in (
            (f"on {agent}'s own phone", Asker(agent.pk, None)),
            ("on new phones", Asker(None, None)),
        ):
            if until := _until(phone, asker, now):
                found.append(Pause(where, until if until < now + UNTIL_LIFTED else None))
    return found


def _until(phone: PhoneAuthenticator, asker: Asker, now: datetime) -> datetime | None:
    counted_as = verifications.counted_as_of(PhoneNumber(phone.number), phone)
    paused = pauses.paused_until(counted_as, own=asker.owns(phone), now=now)
    pending = verifications.under_way(counted_as, now)
    if pending is None:
        return paused
    left = progress_of(pending, asker, now)
    return max(paused or now, left.expires_at) if left.tries_left <= 0 else None
