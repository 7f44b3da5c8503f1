"""Gives an agent a mobile number. A new number is a new proof, so verifications of the old one end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from idp.agents.models import Agent
from idp.otp import identifiers, verifications
from idp.otp.identifiers import PhoneNumber
from idp.otp.models import NUMBER_NAME, Outcome, PhoneAuthenticator, Verification


@dataclass(frozen=True, slots=True)
class Held:
    """An agent's number, and when a code sent to it was last entered; None if never, as far as is stored."""

    number: str
    proved_at: datetime | None


def held_by(agent: Agent) -> Held | None:
    """Return an agent's number. Codes that were sent to an earlier number do not count."""
    phone = PhoneAuthenticator.objects.filter(user=agent).first()
    if phone is None:
        return None
    same = Verification.objects.filter(counted_as=verifications.counted_as_of(PhoneNumber(phone.number), phone))
    return Held(phone.number, same.filter(outcome=Outcome.APPROVED).aggregate(last=Max("ended_at"))["last"])


def normal(typed: str, default_country: str) -> str:
    """Turn a number in any spelling into E.164. Raises ValidationError with a sentence."""
    read = identifiers.parse(typed, default_country)
    if isinstance(read, PhoneNumber):
        return read.e164
    raise ValidationError(str(identifiers.Fault.NO_COUNTRY if isinstance(read, identifiers.Email) else read))


@transaction.atomic
def give(agent: Agent, number: str, now: datetime) -> bool:
    """Give an agent a number in E.164, in place of any other. Returns whether one was replaced.

    Raises ValidationError with a sentence if it is somebody else's. Ending the sign-ins that the old number
    proved is the caller's part.
    """
    held = PhoneAuthenticator.objects.filter(user=agent).first()
    if held is not None and held.number == number:
        return False
    phone = held or PhoneAuthenticator(user=agent, name=NUMBER_NAME)
    phone.number = number
    phone.full_clean()
    phone.save()
    end_open([agent], now)
    return held is not None


def end_open(agents: Collection[Agent], now: datetime) -> None:
    """End the verifications under way of these agents' numbers, so that a code sent to an old one opens nothing."""
    under_way = Verification.objects.filter(authenticator__user__in=agents, ended_at__isnull=True)
    verifications.end(under_way, now)
