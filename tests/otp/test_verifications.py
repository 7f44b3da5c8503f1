"""Our own limits, kept in the database before Twilio is asked; codes go by way of the emulator."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from idp.bearer_secrets import keyed_hash
from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.otp import breaker, verifications
from idp.otp.channels import Channel
from idp.otp.gateway import CheckResult, Sent
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits import allowances
from idp.otp.limits.asker import Asker
from idp.otp.models import Breaker, Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.otp.verifications import Checked
from tests.conftest import NOW, an_agent

NUMBER = "+12015550101"
LANDLINE = "+12015550190"  # to the emulator
ANA, ANAS_EMAIL = PhoneNumber(NUMBER), Email("Ana@Acme.example")
NOBODY, NOBODYS_EMAIL = PhoneNumber("+12015550177"), Email("nobody@acme.example")
EVERYBODY = pytest.mark.parametrize(
    "typed", [ANA, ANAS_EMAIL, NOBODY, NOBODYS_EMAIL], ids=["number", "email", "unknown number", "unknown email"]
)
TICK, SECOND = timedelta(microseconds=1), timedelta(seconds=1)


STRANGER = Asker(None, "192.0.2.7")


def ask(typed=ANA, now=NOW, channel=Channel.SMS, asker=STRANGER):
    return verifications.ask(typed, channel, asker, now)


def ask_and_send(gateway, typed=ANA, now=NOW):
    asked = ask(typed, now)
    verifications.carry_out(asked.send, gateway, "reference", NOW)
    return asked.verification


def check(verification, code, gateway, now=NOW + SECOND, asker=STRANGER):
    return verifications.check(verification, code, asker, gateway, now)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


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


def test_a_code_that_was_sent_is_approved_once(agent, gateway, phones):
    verification = ask_and_send(gateway)
    assert check(verification, phones.code(NUMBER), gateway) is Checked.APPROVED
    assert fresh(verification).ended_at is None
    assert verifications.approve(verification, NOW + SECOND)
    assert not verifications.approve(verification, NOW + SECOND)
    assert (fresh(verification).ended_at, fresh(verification).outcome) == (NOW + SECOND, Outcome.APPROVED)


def test_a_code_used_before_is_wrong_even_if_it_was_right(agent, gateway, phones):
    verification = ask_and_send(gateway)
    code = phones.code(NUMBER)
    check(verification, code, gateway)
    verifications.approve(verification, NOW + SECOND)
    assert check(verification, code, gateway) is Checked.WRONG


def test_after_a_sign_in_the_next_request_starts_anew(agent, gateway, phones):
    first = ask_and_send(gateway)
    check(first, phones.code(NUMBER), gateway)
    verifications.approve(first, NOW + SECOND)
    second = ask_and_send(gateway, now=NOW + 2 * SECOND)
    assert second.pk != first.pk
    assert check(second, phones.code(NUMBER), gateway, NOW + 3 * SECOND) is Checked.APPROVED


@EVERYBODY
def test_a_second_request_joins_the_first_until_the_wait_is_over(agent, typed):
    first = ask(typed)
    assert first.send.nth == 1
    just_before = ask(typed, NOW + 30 * SECOND - TICK)
    assert (just_before.verification, just_before.send) == (first.verification, None)
    again = ask(typed, NOW + 30 * SECOND)
    assert (again.verification, again.send.nth) == (first.verification, 2)


@EVERYBODY
def test_four_sends_are_made_calls_included_and_no_fifth(agent, typed):
    made = [ask(typed, NOW + seconds * SECOND, Channel.CALL) for seconds in (0, 30, 90, 180, 500, 599)]
    assert [asked.send and asked.send.nth for asked in made] == [1, 2, 3, 4, None, None]


@EVERYBODY
def test_ten_minutes_later_it_starts_anew(agent, typed):
    first = ask(typed)
    assert ask(typed, NOW + allowances.CODE_LIFETIME - TICK).verification == first.verification
    second = ask(typed, NOW + allowances.CODE_LIFETIME)
    assert second.verification != first.verification
    assert (second.send.nth, fresh(first.verification).outcome) == (1, Outcome.EXPIRED)


@EVERYBODY
def test_what_may_still_be_done_is_told_alike_for_everybody(agent, typed):
    verification = ask(typed).verification
    left = verifications.standing(verification, STRANGER, NOW)
    assert (left.tries_left, left.sends) == (4, 1)
    assert (left.next_send_at, left.expires_at) == (NOW + 30 * SECOND, NOW + allowances.CODE_LIFETIME)
    over = NOW + allowances.CODE_LIFETIME
    assert verifications.standing(verification, STRANGER, over).next_send_at == over


@EVERYBODY
def test_the_fifth_try_of_strangers_is_not_even_counted(agent, typed, gateway):
    verification = ask_and_send(gateway, typed)
    results = [check(verification, "000000", gateway) for _ in range(7)]
    assert results == [Checked.WRONG] * 4 + [Checked.TOO_MANY_TRIES] * 3
    assert fresh(verification).tries == allowances.STRANGERS_TRIES


@EVERYBODY
def test_once_the_tries_are_used_up_no_text_is_sent(agent, typed, gateway):
    verification = ask_and_send(gateway, typed)
    for _ in range(allowances.STRANGERS_TRIES):
        check(verification, "000000", gateway)
    asked = ask(typed, NOW + 60 * SECOND)
    assert (asked.verification, asked.send) == (verification, None)


@EVERYBODY
def test_a_code_is_expired_at_the_very_instant_and_costs_no_try(agent, typed, gateway):
    verification = ask_and_send(gateway, typed)
    assert check(verification, "000000", gateway, NOW + allowances.CODE_LIFETIME) is Checked.EXPIRED
    assert fresh(verification).tries == 0


def test_the_right_code_fifth_is_refused(agent, gateway, phones):
    verification = ask_and_send(gateway)
    for _ in range(allowances.STRANGERS_TRIES):
        check(verification, phones.wrong_code(NUMBER), gateway)
    assert check(verification, phones.code(NUMBER), gateway) is Checked.TOO_MANY_TRIES


@EVERYBODY
@pytest.mark.parametrize(("status", "code"), [(401, 20003), (403, 20005), (503, 20503)])
@pytest.mark.usefixtures("agent")
def test_a_check_that_fails_whoever_it_is_counts_at_the_breaker_alike(typed, gateway, verify, status, code):
    verification = ask_and_send(gateway, typed)
    verify.state.order_faults([Fault(FaultKind.ERROR, calls=9, status=status, code=code)])
    assert check(verification, "000000", gateway) is Checked.UNKNOWN
    assert (breaker.reason() != "", Breaker.objects.get().failures) == (status != 503, 1)


def test_all_browsers_that_ask_for_a_number_share_its_tries(agent, gateway, phones):
    mine, theirs = ask_and_send(gateway), ask(ANAS_EMAIL, NOW + SECOND).verification
    assert mine == theirs
    for _ in range(allowances.STRANGERS_TRIES):
        check(theirs, phones.wrong_code(NUMBER), gateway)
    assert check(mine, phones.code(NUMBER), gateway) is Checked.TOO_MANY_TRIES


@pytest.mark.parametrize("typed", [NOBODY, NOBODYS_EMAIL], ids=["number", "email"])
def test_nobodys_number_never_reaches_twilio(agent, typed):
    gateway = Recorder()
    verification = ask_and_send(gateway, typed)
    check(verification, "123456", gateway)
    assert gateway.calls == [("probe",)]
    assert fresh(verification).sends.get().answer == "not sent: nobody has this number"


def test_unknown_identifiers_count_each_for_itself(agent):
    assert ask(NOBODY).verification != ask(NOBODYS_EMAIL).verification
    assert ask(Email("NOBODY@acme.example")).send is None


def test_what_is_counted_as_tells_no_number(agent):
    stored = ask(NOBODY).verification.counted_as
    assert len(stored) == 64
    assert "5550177" not in stored
    assert stored == keyed_hash("counted as", NOBODY.shown)


def test_a_send_and_a_try_stand_in_the_database_before_twilio_is_asked(transactional_db):
    an_agent()
    gateway = Recorder()
    verification = ask_and_send(gateway)
    check(verification, "000000", gateway)
    assert gateway.calls == [("start", NUMBER, False, 1), ("check", NUMBER, False, 1)]


def test_two_agents_do_not_share_a_verification(agent, gateway):
    an_agent("+12015550102", "ben@acme.example")
    assert ask(ANA).verification != ask(PhoneNumber("+12015550102")).verification


def test_the_answer_to_each_send_is_kept(agent, gateway, verify):
    asked = ask()
    assert isinstance(verifications.carry_out(asked.send, gateway, "reference", NOW), Sent)
    assert fresh(asked.send).answer == "sent"
    assert fresh(asked.verification).sid.startswith("VE")


def test_a_send_that_failed_is_kept_with_twilios_number_and_counts(agent, gateway):
    an_agent(LANDLINE, "ben@acme.example")
    asked = ask(PhoneNumber(LANDLINE))
    verifications.carry_out(asked.send, gateway, "reference", NOW)
    assert fresh(asked.send).answer == "landline (60205)"
    assert ask(PhoneNumber(LANDLINE), NOW + SECOND).send is None


def test_a_code_cannot_be_right_before_any_was_sent(agent, gateway):
    assert check(ask().verification, "123456", gateway) is Checked.WRONG


def test_what_is_over_at_twilio_counts_no_more_and_the_next_send_starts_anew_there(agent, gateway, verify, phones):
    verification = ask_and_send(gateway)
    verify.state.advance(600)
    assert check(verification, phones.code(NUMBER), gateway) is Checked.GONE
    assert fresh(verification).sid == ""
    again = ask(ANA, NOW + 30 * SECOND)
    verifications.carry_out(again.send, gateway, "reference", NOW)
    assert check(verification, phones.code(NUMBER), gateway, NOW + 31 * SECOND) is Checked.APPROVED


@pytest.mark.parametrize("typed", [ANA, ANAS_EMAIL, Email("ANA@ACME.EXAMPLE")], ids=["number", "email", "upper case"])
def test_a_number_or_an_email_in_any_letter_case_finds_the_agent(agent, typed):
    assert verifications.find_authenticator(typed).user == agent


def test_switched_off_agents_are_found_and_unconfirmed_numbers_are_not(agent):
    agent.is_active = False
    agent.save()
    assert verifications.find_authenticator(ANA) is not None
    PhoneAuthenticator.objects.update(confirmed=False)
    assert verifications.find_authenticator(ANA) is None


def test_a_worker_whose_clock_is_behind_ends_a_verification_no_earlier_than_it_began(agent):
    verification = ask().verification
    assert verifications.approve(verification, NOW - SECOND)
    assert fresh(verification).ended_at == NOW


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
