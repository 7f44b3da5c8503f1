"""Test codes: a text that says whether texts arrive, and a code that signs nobody in, however it is tried."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from idp.otp import allowances, breaker, checks, sends, trial_codes, verifications
from idp.otp.channels import Channel
from idp.otp.checks import Checked
from idp.otp.gateway import CheckResult, Failure
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import pauses
from idp.otp.limits.asker import Asker
from idp.otp.models import Outcome, PhoneAuthenticator, Verification
from idp.otp.trial_codes import NotNow
from tests.conftest import NOW, an_agent

ANA = PhoneNumber("+12015550101")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
STRANGER = Asker(None, "192.0.2.7")


@pytest.fixture
def phone(agent):
    return PhoneAuthenticator.objects.get()


@pytest.fixture
def olivia(db):
    return an_agent("+12015550150", "olivia@acme.example", full_name="Olivia Operator")


def a_test(phone, by, gateway, now=NOW):
    send = trial_codes.begin(phone, Channel.SMS, by, now)
    sends.carry_out(send, gateway, "reference", now)
    return trial_codes.last(phone)


def a_sign_in(gateway, now=NOW):
    asked = sends.reserve(ANA, Channel.SMS, STRANGER, now)
    sends.carry_out(asked.send, gateway, "reference", now)
    return asked.verification


def code(verify):
    return verify.state.messages(ANA.e164)[0].code


def try_code(verification, digits, gateway, now=NOW + SECOND):
    return checks.check(verification, digits, STRANGER, gateway, now)


def test_a_code_read_out_by_the_agent_shows_that_the_text_arrived_and_is_used_up(phone, olivia, verify, gateway):
    test = a_test(phone, olivia, gateway)
    assert trial_codes.read_out(test, "000000", gateway, NOW + SECOND) is Checked.WRONG
    assert trial_codes.read_out(test, code(verify), gateway, NOW + SECOND) is Checked.APPROVED
    test.refresh_from_db()
    assert (test.outcome, test.asked_by) == (Outcome.APPROVED, olivia)
    assert not trial_codes.can_be_read_out(test, NOW + SECOND)


def test_a_sign_in_that_begins_meanwhile_ends_the_test_and_gets_a_code_of_its_own(phone, olivia, verify, gateway):
    test = a_test(phone, olivia, gateway)
    heard = code(verify)
    sign_in = a_sign_in(gateway, NOW + MINUTE)
    assert try_code(sign_in, heard, gateway, NOW + MINUTE) is Checked.WRONG
    assert try_code(sign_in, code(verify), gateway, NOW + MINUTE) is Checked.APPROVED
    test.refresh_from_db()
    assert (test.outcome, trial_codes.can_be_read_out(test, NOW + MINUTE)) == (Outcome.EXPIRED, False)


def test_even_where_twilio_would_not_end_the_test_its_code_signs_nobody_in(phone, olivia, verify, gateway, monkeypatch):
    a_test(phone, olivia, gateway)
    monkeypatch.setattr(type(gateway), "cancel", lambda *_: False)  # an outage in that very moment
    sign_in = a_sign_in(gateway, NOW + MINUTE)
    assert try_code(sign_in, code(verify), gateway, NOW + MINUTE) is Checked.WRONG


@pytest.mark.parametrize("named", [True, False], ids=["named", "not named yet"])
def test_a_tests_code_signs_nobody_in_before_the_sign_ins_own_text_is_acknowledged(
    phone, olivia, verify, gateway, named
):
    test = a_test(phone, olivia, gateway)
    Verification.objects.filter(pk=test.pk).update(sid=test.sid if named else "")
    sign_in = sends.reserve(ANA, Channel.SMS, STRANGER, NOW + MINUTE).verification
    told = try_code(sign_in, code(verify), gateway, NOW + MINUTE)
    assert told is (Checked.GONE if named else Checked.WRONG)


def test_a_test_that_failed_long_ago_holds_up_no_code(phone, olivia, verify, gateway):
    Verification.objects.filter(pk=a_test(phone, olivia, gateway).pk).update(sid="")
    verify.state.reset()
    later = NOW + 12 * MINUTE
    sign_in = sends.reserve(ANA, Channel.SMS, STRANGER, later).verification
    gateway.start(ANA.e164, Channel.SMS, "reference")
    assert try_code(sign_in, code(verify), gateway, later) is Checked.APPROVED


def test_while_a_code_for_a_sign_in_is_out_no_test_sends_it_again(phone, olivia, gateway):
    a_sign_in(gateway)
    assert trial_codes.begin(phone, Channel.SMS, olivia, NOW + MINUTE) is NotNow.SIGNING_IN
    assert trial_codes.begin(phone, Channel.SMS, olivia, NOW + allowances.CODE_LIFETIME) is not NotNow.SIGNING_IN


def test_a_number_gets_three_an_hour_and_an_operator_sends_twenty(phone, olivia, gateway):
    for nth in range(3):
        a_test(phone, olivia, gateway, NOW + nth * SECOND)
    assert trial_codes.begin(phone, Channel.SMS, olivia, NOW + MINUTE) is NotNow.OFTEN
    for nth in range(17):
        other = an_agent(f"+120155502{nth:02}", f"{nth}@acme.example").numbers.get()
        trial_codes.begin(other, Channel.SMS, olivia, NOW)
    last = an_agent("+12015550299", "last@acme.example").numbers.get()
    assert trial_codes.begin(last, Channel.SMS, olivia, NOW + MINUTE) is NotNow.MANY


def test_nothing_is_sent_while_verify_is_down_or_the_day_is_spent(phone, olivia, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"texts_a_day": 0})
    assert trial_codes.begin(phone, Channel.SMS, olivia, NOW) is NotNow.SPENT
    breaker.note_failure(Failure.MISCONFIGURED, NOW)
    assert trial_codes.begin(phone, Channel.SMS, olivia, NOW) is NotNow.DOWN


def test_wrong_digits_of_a_test_code_pause_no_sign_in(phone, olivia, gateway):
    for nth in range(3):
        test = a_test(phone, olivia, gateway, NOW + nth * SECOND)
        for _ in range(allowances.STRANGERS_TRIES):
            trial_codes.read_out(test, "000000", gateway, NOW + nth * SECOND)
        assert trial_codes.read_out(test, "000000", gateway, NOW + nth * SECOND) is Checked.TOO_MANY_TRIES
    counted_as = verifications.counted_as_of(ANA, phone)
    assert pauses.failures(counted_as, own=False, now=NOW + MINUTE).recent == 0


def test_a_verification_is_ended_at_twilio_and_what_is_gone_has_ended_too(verify, gateway):
    sid = gateway.start(ANA.e164, Channel.SMS, "reference").sid
    digits = code(verify)
    assert gateway.cancel(sid)
    assert gateway.check(sid=sid, to=ANA.e164, code=digits) is CheckResult.GONE
    assert gateway.cancel("VE" + "0" * 32)


def test_twilio_that_does_not_answer_has_ended_nothing(make_gateway):
    assert not make_gateway("http://127.0.0.1:9").cancel("VE" + "0" * 32)


def test_the_table_refuses_a_test_of_an_unknown_number(olivia):
    with pytest.raises(IntegrityError):
        Verification.objects.create(counted_as="x", started_at=NOW, asked_by=olivia)
