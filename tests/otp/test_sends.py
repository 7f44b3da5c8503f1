"""A text or call: reserved within the limits, then made with Verify."""

import pytest
from django.db import connection

from idp.otp import allowances, sends
from idp.otp.channels import Channel
from idp.otp.gateway import CheckResult, Sent
from idp.otp.identifiers import PhoneNumber
from idp.otp.models import Verification, VerificationSend
from tests.conftest import NOW, an_agent
from tests.otp.codes import (
    EVERYBODY,
    LANDLINE,
    NOBODY,
    NOBODYS_EMAIL,
    NUMBER,
    SECOND,
    TICK,
    check,
    fresh,
    reserve,
    send_code,
)


@EVERYBODY
def test_a_second_request_joins_the_first_until_the_wait_is_over(agent, typed):
    first = reserve(typed)
    assert first.send.nth == 1
    just_before = reserve(typed, NOW + 30 * SECOND - TICK)
    assert (just_before.verification, just_before.send) == (first.verification, None)
    again = reserve(typed, NOW + 30 * SECOND)
    assert (again.verification, again.send.nth) == (first.verification, 2)


@EVERYBODY
def test_four_sends_are_made_calls_included_and_no_fifth(agent, typed):
    made = [reserve(typed, NOW + seconds * SECOND, Channel.CALL) for seconds in (0, 30, 90, 180, 500, 599)]
    assert [reserved.send and reserved.send.nth for reserved in made] == [1, 2, 3, 4, None, None]


@EVERYBODY
def test_once_the_tries_are_used_up_no_text_is_sent(agent, typed, gateway):
    verification = send_code(gateway, typed)
    for _ in range(allowances.STRANGERS_TRIES):
        check(verification, "000000", gateway)
    reserved = reserve(typed, NOW + 60 * SECOND)
    assert (reserved.verification, reserved.send) == (verification, None)


class Recorder:
    """A gateway that only writes down when it was called, and what stood in the database then."""

    def __init__(self):
        self.calls = []

    def start(self, to, *_):
        self.calls.append(("start", to, connection.in_atomic_block, VerificationSend.objects.count()))
        return Sent("VE" + "1" * 32)

    def check(self, *, to, **_):
        self.calls.append(("check", to, connection.in_atomic_block, Verification.objects.get().tries))
        return CheckResult.WRONG_CODE

    def probe(self):
        self.calls.append(("probe",))


@pytest.mark.parametrize("typed", [NOBODY, NOBODYS_EMAIL], ids=["number", "email"])
def test_an_unknown_number_never_reaches_twilio(agent, typed):
    gateway = Recorder()
    verification = send_code(gateway, typed)
    check(verification, "123456", gateway)
    assert gateway.calls == [("probe",)]
    assert fresh(verification).sends.get().answer == "not sent: nobody has this number"


def test_a_send_and_a_try_are_committed_before_twilio_is_called(transactional_db):
    an_agent()
    gateway = Recorder()
    verification = send_code(gateway)
    check(verification, "000000", gateway)
    assert gateway.calls == [("start", NUMBER, False, 1), ("check", NUMBER, False, 1)]


def test_the_answer_to_each_send_is_stored(agent, gateway, verify):
    reserved = reserve()
    assert isinstance(sends.carry_out(reserved.send, gateway, "reference", NOW), Sent)
    assert fresh(reserved.send).answer == "sent"
    assert fresh(reserved.verification).sid.startswith("VE")


def test_a_failed_send_is_stored_with_twilios_error_number_and_counts(agent, gateway):
    an_agent(LANDLINE, "ben@acme.example")
    reserved = reserve(PhoneNumber(LANDLINE))
    sends.carry_out(reserved.send, gateway, "reference", NOW)
    assert fresh(reserved.send).answer == "landline (60205)"
    assert reserve(PhoneNumber(LANDLINE), NOW + SECOND).send is None
