"""Test codes: an operator checks whether texts reach an agent, who reads the code out. It signs nobody in.

Test codes are counted apart from sign-ins, so that no sign-in can join one. A sign-in that starts in the meantime ends
the test at Twilio, and does not accept the code of the test (`checks.check`).
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from idp.agents import locks
from idp.agents.models import Agent
from idp.bearer_secrets import keyed_hash
from idp.clock import lately
from idp.otp import allowances, breaker, checks, verifications
from idp.otp.channels import Channel
from idp.otp.checks import Checked
from idp.otp.gateway import CodeChecker
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import daily_budget
from idp.otp.limits.asker import Asker
from idp.otp.models import PhoneAuthenticator, Verification, VerificationSend

HOUR = timedelta(hours=1)
A_NUMBER, AN_OPERATOR = 3, 20
"""How many may be sent within an hour: to one number, and by one operator."""


class NotNow(StrEnum):
    """Why no test code is sent; the value is the sentence for the operator."""

    SIGNING_IN = (
        "A code for a sign-in is on its way. The agent's events show what became of it. Try again in ten minutes."
    )
    OFTEN = "This number had three test codes within the last hour. Try again later."
    MANY = "You sent twenty test codes within the last hour. Try again later."
    DOWN = "Twilio Verify is failing for everybody now, so a test would tell you nothing about this number."
    SPENT = "Today's texts are used up."


def last(phone: PhoneAuthenticator) -> Verification | None:
    """Return the latest test of a number, over or not."""
    return Verification.objects.filter(authenticator=phone, asked_by__isnull=False).order_by("-started_at").first()


@transaction.atomic
def begin(phone: PhoneAuthenticator, channel: Channel, by: Agent, now: datetime) -> VerificationSend | NotNow:
    """Reserve a test code, to be sent like the code of a sign-in, or return why none is sent now.

    Locks operator and number until the commit, so that concurrent requests count each other.
    """
    locks.hold_agents([by.pk])
    PhoneAuthenticator.objects.select_for_update(no_key=True).get(pk=phone.pk)
    if (why := _why_not(phone, by, now)) is not None:
        return why
    counted_as = keyed_hash("test of", phone.number)
    verifications.end(Verification.objects.filter(counted_as=counted_as, ended_at__isnull=True), now)
    test = Verification.objects.create(authenticator=phone, counted_as=counted_as, started_at=now, asked_by=by)
    return VerificationSend.objects.create(verification=test, nth=1, channel=channel, at=now)


def read_out(test: Verification, code: str, gateway: CodeChecker, now: datetime) -> Checked:
    """Check what the agent read out. A right code ends the test, and Twilio's verification with it."""
    checked = checks.check(test, code, Asker(None, None), gateway, now)
    if checked is Checked.APPROVED:
        verifications.approve(test, now)
    return checked


def _why_not(phone: PhoneAuthenticator, by: Agent, now: datetime) -> NotNow | None:
    tests = Verification.objects.filter(lately("started_at", now - HOUR, now), asked_by__isnull=False)
    counted_as = verifications.counted_as_of(PhoneNumber(phone.number), phone)
    if verifications.under_way(counted_as, now) is not None:
        return NotNow.SIGNING_IN
    if tests.filter(authenticator=phone).count() >= A_NUMBER:
        return NotNow.OFTEN
    if tests.filter(asked_by=by).count() >= AN_OPERATOR:
        return NotNow.MANY
    if breaker.reason():
        return NotNow.DOWN
    return NotNow.SPENT if daily_budget.is_spent(now, own=False) else None


def can_be_read_out(test: Verification, now: datetime) -> bool:
    """Whether a test still waits for what the agent reads."""
    return bool(test.sid) and verifications.is_under_way(test, now) and test.tries < allowances.STRANGERS_TRIES
