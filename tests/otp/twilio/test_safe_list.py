"""Twilio's safe list through the SDK: what each answer means, and what a listed number no longer meets."""

import pytest

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.otp.channels import Channel
from idp.otp.gateway import NotSent, Sent
from idp.otp.safe_list.provider import Reply, Verdict
from idp.otp.twilio.answers import Trouble
from idp.otp.twilio.safe_list import TwilioSafeList, judge

FRAUD = "+12015550192"
DONE = Reply(Verdict.DONE)


@pytest.fixture
def at_twilio(gateway):
    return TwilioSafeList(gateway._settings)


def start(gateway, number=FRAUD):
    return gateway.start(number, Channel.SMS, "reference")


def test_a_number_that_fraud_guard_blocks_gets_its_text_once_it_is_on_the_list(gateway, at_twilio):
    assert isinstance(start(gateway), NotSent)
    assert at_twilio.put_on(FRAUD) == DONE
    assert isinstance(start(gateway), Sent)


def test_a_number_is_blocked_again_after_it_was_taken_off(gateway, at_twilio):
    at_twilio.put_on(FRAUD)
    assert at_twilio.take_off(FRAUD) == DONE
    assert isinstance(start(gateway), NotSent)


def test_a_country_that_is_off_is_open_to_listed_numbers(verify, control, gateway, at_twilio):
    control(verify, countries_off=["+34"])
    assert isinstance(start(gateway, "+34612345678"), NotSent)
    at_twilio.put_on("+34612345678")
    assert isinstance(start(gateway, "+34612345678"), Sent)


def test_doing_it_twice_is_done(at_twilio):
    assert [at_twilio.put_on(FRAUD).verdict for _ in range(2)] == [Verdict.DONE] * 2
    assert [at_twilio.take_off(FRAUD).verdict for _ in range(2)] == [Verdict.DONE] * 2


def test_an_account_without_the_pilot(verify, control, at_twilio):
    control(verify, safe_list=False)
    assert at_twilio.put_on(FRAUD).verdict is Verdict.CLOSED


def test_the_thirty_first_request_of_a_minute_waits_for_the_next(verify, at_twilio):
    for _ in range(15):
        at_twilio.put_on(FRAUD)
        at_twilio.take_off(FRAUD)
    assert at_twilio.put_on(FRAUD) == Reply(Verdict.BUSY, 20429)
    verify.state.advance(61)
    assert at_twilio.put_on(FRAUD) == DONE


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.TRUNCATED, FaultKind.HTML, FaultKind.UNAVAILABLE])
def test_an_answer_that_got_lost_is_asked_for_later(verify, at_twilio, kind):
    verify.state.order_faults([Fault(kind)])
    assert at_twilio.put_on(FRAUD).verdict is Verdict.LATER
    assert at_twilio.put_on(FRAUD).verdict is Verdict.DONE


def test_an_answer_about_another_number_is_not_done(verify, at_twilio):
    verify.state.order_faults([Fault(FaultKind.FIELDS, fields={"phone_number": "+12015550101"})])
    assert at_twilio.put_on(FRAUD).verdict is Verdict.LATER


@pytest.mark.parametrize(
    ("status", "code", "putting_on", "verdict"),
    [
        (400, 60411, True, Verdict.DONE),
        (400, 60200, True, Verdict.REFUSED),
        (400, 60411, False, Verdict.REFUSED),
        (401, 20003, True, Verdict.MISCONFIGURED),
        (401, None, False, Verdict.MISCONFIGURED),
        (403, 60204, True, Verdict.CLOSED),
        (403, None, False, Verdict.CLOSED),
        (404, 20404, True, Verdict.CLOSED),
        (404, 20404, False, Verdict.DONE),
        (429, 20429, True, Verdict.BUSY),
        (500, None, True, Verdict.LATER),
        (0, None, False, Verdict.LATER),
        (201, None, True, Verdict.LATER),
    ],
)
def test_each_error_of_twilio_has_a_verdict(status, code, putting_on, verdict):
    trouble = Trouble(status, code, "", 1.0, connected=True)
    assert judge(trouble, putting_on=putting_on) == Reply(verdict, code)
