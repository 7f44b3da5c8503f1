"""A typed code: the try is counted before Twilio is called, and nobody learns whose number it is."""

import pytest

from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.otp import allowances, breaker, sends, verifications
from idp.otp.checks import Checked
from idp.otp.models import Breaker, Outcome, VerificationSend
from tests.conftest import NOW
from tests.otp.codes import (
    ANA,
    ANAS_EMAIL,
    EVERYBODY,
    NUMBER,
    SECOND,
    STRANGER,
    check,
    fresh,
    reserve,
    send_code,
)


def test_a_code_that_was_sent_is_approved_once(agent, gateway, phones):
    verification = send_code(gateway)
    assert check(verification, phones.code(NUMBER), gateway) is Checked.APPROVED
    assert fresh(verification).ended_at is None
    assert verifications.approve(verification, NOW + SECOND)
    assert not verifications.approve(verification, NOW + SECOND)
    assert (fresh(verification).ended_at, fresh(verification).outcome) == (NOW + SECOND, Outcome.APPROVED)


def test_a_code_used_before_is_wrong_even_if_it_was_right(agent, gateway, phones):
    verification = send_code(gateway)
    code = phones.code(NUMBER)
    check(verification, code, gateway)
    verifications.approve(verification, NOW + SECOND)
    assert check(verification, code, gateway) is Checked.WRONG


@EVERYBODY
def test_the_fifth_try_of_strangers_is_not_counted(agent, typed, gateway):
    verification = send_code(gateway, typed)
    results = [check(verification, "000000", gateway) for _ in range(7)]
    assert results == [Checked.WRONG] * 4 + [Checked.TOO_MANY_TRIES] * 3
    assert fresh(verification).tries == allowances.STRANGERS_TRIES


@EVERYBODY
def test_a_code_is_expired_at_the_very_instant_and_costs_no_try(agent, typed, gateway):
    verification = send_code(gateway, typed)
    assert check(verification, "000000", gateway, NOW + allowances.CODE_LIFETIME) is Checked.EXPIRED
    assert fresh(verification).tries == 0


def test_the_right_code_fifth_is_refused(agent, gateway, phones):
    verification = send_code(gateway)
    for _ in range(allowances.STRANGERS_TRIES):
        check(verification, phones.wrong_code(NUMBER), gateway)
    assert check(verification, phones.code(NUMBER), gateway) is Checked.TOO_MANY_TRIES


@EVERYBODY
@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20005), (503, 20503)])
@pytest.mark.usefixtures("agent")
def test_a_check_that_fails_for_everybody_counts_at_the_breaker_alike(typed, gateway, verify, status, code):
    verification = send_code(gateway, typed)
    verify.state.order_faults([Fault(FaultKind.ERROR, calls=9, status=status, code=code)])
    assert check(verification, "000000", gateway) is Checked.UNKNOWN
    assert (breaker.reason() != "", Breaker.objects.get().failures) == (status != 503, 1)


def test_all_browsers_that_enter_a_number_share_its_tries(agent, gateway, phones):
    mine, theirs = send_code(gateway), reserve(ANAS_EMAIL, NOW + SECOND).verification
    assert mine == theirs
    for _ in range(allowances.STRANGERS_TRIES):
        check(theirs, phones.wrong_code(NUMBER), gateway)
    assert check(mine, phones.code(NUMBER), gateway) is Checked.TOO_MANY_TRIES


def test_a_code_cannot_be_right_before_any_was_sent(agent, gateway):
    assert check(reserve().verification, "123456", gateway) is Checked.GONE


def test_a_code_that_is_typed_before_twilio_acknowledges_its_text_is_approved(agent, gateway, phones):
    verification = reserve().verification
    phones.ask(NUMBER)
    assert check(verification, phones.wrong_code(NUMBER), gateway) is Checked.WRONG
    assert check(verification, phones.code(NUMBER), gateway) is Checked.APPROVED


def test_a_code_whose_text_twilio_never_acknowledged_is_approved(agent, gateway, verify, phones):
    verify.state.order_faults([Fault(FaultKind.DROP)])
    verification = send_code(gateway)
    assert (fresh(verification).sid, VerificationSend.objects.get().answer) == ("", "unavailable")
    assert check(verification, phones.code(NUMBER), gateway) is Checked.APPROVED


def test_a_code_is_not_right_where_none_was_asked_for(agent, gateway, phones):
    phones.ask(NUMBER)
    begun = verifications.begin(ANA, STRANGER, NOW)
    assert check(begun, phones.code(NUMBER), gateway) is Checked.WRONG


def test_an_acknowledgement_that_comes_during_a_check_is_kept(agent, gateway, phones):
    reserved = reserve()

    class Meanwhile(type(gateway)):
        def check(self, **asked):
            result = gateway.check(**asked)
            sends.carry_out(reserved.send, gateway, "reference", NOW)
            return result

    assert check(reserved.verification, "000000", Meanwhile(gateway._settings)) is Checked.GONE
    assert fresh(reserved.verification).sid
    assert check(reserved.verification, phones.code(NUMBER), gateway) is Checked.APPROVED


def test_a_code_that_ended_at_twilio_is_gone_and_the_next_send_begins_another_there(agent, gateway, verify, phones):
    verification = send_code(gateway)
    verify.state.advance(600)
    assert check(verification, phones.code(NUMBER), gateway) is Checked.GONE
    assert fresh(verification).sid == ""
    again = reserve(ANA, NOW + 30 * SECOND)
    sends.carry_out(again.send, gateway, "reference", NOW)
    assert check(verification, phones.code(NUMBER), gateway, NOW + 31 * SECOND) is Checked.APPROVED
