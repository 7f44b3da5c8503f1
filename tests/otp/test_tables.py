"""The database rejects verifications, sends and numbers that cannot exist."""

import pytest
from django.db import IntegrityError, transaction

from idp.otp.models import Outcome, PhoneAuthenticator, Verification, VerificationSend
from tests.conftest import NOW, an_agent
from tests.otp.codes import (
    NUMBER,
    SECOND,
)

pytestmark = pytest.mark.each_database


def a_row(**fields):
    return Verification.objects.create(**({"counted_as": "a" * 64, "started_at": NOW} | fields))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"tries": 6}, id="a sixth try"),
        pytest.param({"ended_at": NOW}, id="an end without outcome"),
        pytest.param({"outcome": Outcome.APPROVED}, id="an outcome without end"),
        pytest.param({"ended_at": NOW - SECOND, "outcome": Outcome.APPROVED}, id="an end before the beginning"),
    ],
)
def test_the_database_refuses_a_verification_that_cannot_be(db, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(**fields)


def test_the_database_refuses_two_open_verifications_of_a_number(db):
    a_row()
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row()
    a_row(ended_at=NOW, outcome=Outcome.EXPIRED)


@pytest.mark.parametrize("nth", [0, 1, 6], ids=["none", "the first twice", "a sixth"])
def test_the_database_refuses_a_send_that_cannot_be(db, nth):
    verification = a_row()
    VerificationSend.objects.create(verification=verification, nth=1, channel="sms", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        VerificationSend.objects.create(verification=verification, nth=nth, channel="sms", at=NOW)


@pytest.mark.parametrize("number", ["12015550101", "+02015550101", "+1201", "+1201555010a", "+1 2015550101", ""])
def test_the_database_refuses_a_number_that_is_not_in_e164(agent, number):
    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneAuthenticator.objects.create(user=agent, name="mobile number", number=number)


def test_the_database_refuses_one_number_on_two_agents(agent):
    ben = an_agent("+12015550102", "ben@acme.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        PhoneAuthenticator.objects.create(user=ben, name="second", number=NUMBER)
