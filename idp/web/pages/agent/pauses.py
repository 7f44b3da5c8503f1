"""Where wrong codes keep an agent from another code, and until when: on their own phone, on phones that are new here.

The two are counted apart, so that an agent may read *Too many tries* on a new phone while the old one signs in.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.agents.models import Agent
from idp.otp import abuse, verifications
from idp.otp.abuse import UNTIL_LIFTED, Asker
from idp.otp.identifiers import PhoneNumber
from idp.otp.models import PhoneAuthenticator


@dataclass(frozen=True, slots=True)
class Pause:
    """Where no code can be asked for, and until when; None is until somebody lifts it."""

    where: str
    until: datetime | None


def of(agent: Agent, now: datetime) -> list[Pause]:
    """Return the pauses of an agent: after wrong codes in a row, or since the code that is out has no tries left."""
    found = []
    for phone in PhoneAuthenticator.objects.filter(user=agent):
        for where, asker in (
            (f"on {agent}'s own phone", Asker(agent.pk, None)),
            ("on phones that are new here", Asker(None, None)),
        ):
            if until := _until(phone, asker, now):
                found.append(Pause(where, until if until < now + UNTIL_LIFTED else None))
    return found


def _until(phone: PhoneAuthenticator, asker: Asker, now: datetime) -> datetime | None:
    counted_as = verifications.counted_as_of(PhoneNumber(phone.number), phone)
    paused = abuse.paused_until(counted_as, own=asker.owns(phone), now=now)
    out = verifications.under_way(counted_as, now)
    if out is None:
        return paused
    left = verifications.standing(out, asker, now)
    return max(paused or now, left.expires_at) if left.tries_left <= 0 else None
