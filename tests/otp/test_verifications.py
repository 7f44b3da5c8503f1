"""The verification behind what an agent typed."""

import pytest

from idp.bearer_secrets import keyed_hash
from idp.otp import allowances, verifications
from idp.otp.checks import Checked
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.models import Outcome, PhoneAuthenticator
from tests.conftest import NOW, an_agent
from tests.otp.codes import (
    ANA,
    ANAS_EMAIL,
    EVERYBODY,
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

pytestmark = pytest.mark.each_database


def test_after_a_sign_in_the_next_request_begins_another_verification(agent, gateway, phones):
    first = send_code(gateway)
    check(first, phones.code(NUMBER), gateway)
    verifications.approve(first, NOW + SECOND)
    second = send_code(gateway, now=NOW + 2 * SECOND)
    assert second.pk != first.pk
    assert check(second, phones.code(NUMBER), gateway, NOW + 3 * SECOND) is Checked.APPROVED


@EVERYBODY
def test_ten_minutes_later_a_request_begins_another_verification(agent, typed):
    first = reserve(typed)
    assert reserve(typed, NOW + allowances.CODE_LIFETIME - TICK).verification == first.verification
    second = reserve(typed, NOW + allowances.CODE_LIFETIME)
    assert second.verification != first.verification
    assert (second.send.nth, fresh(first.verification).outcome) == (1, Outcome.EXPIRED)


def test_each_unknown_identifier_is_counted_for_itself(agent):
    assert reserve(NOBODY).verification != reserve(NOBODYS_EMAIL).verification
    assert reserve(Email("NOBODY@acme.example")).send is None


def test_the_key_of_a_verification_reveals_no_number(agent):
    stored = reserve(NOBODY).verification.counted_as
    assert len(stored) == 64
    assert "5550177" not in stored
    assert stored == keyed_hash("counted as", NOBODY.shown)


def test_two_agents_do_not_share_a_verification(agent, gateway):
    an_agent("+12015550102", "ben@acme.example")
    assert reserve(ANA).verification != reserve(PhoneNumber("+12015550102")).verification


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
    verification = reserve().verification
    assert verifications.approve(verification, NOW - SECOND)
    assert fresh(verification).ended_at == NOW
