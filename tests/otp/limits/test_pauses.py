"""Wrong codes in a row pause a number: longer and longer, and after a hundred until an operator lifts the pause."""

from datetime import timedelta

import pytest

from idp.otp import verifications
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import pauses
from idp.otp.models import PhoneAuthenticator, Verification
from tests.conftest import NOW

NUMBER = PhoneNumber("+12015550101")
A_YEAR = 365


def guessed_in_vain(phone, days, *, own=False):
    """Four wrong codes every tenth day, which no pause of a month is long enough for."""
    counted_as = verifications.counted_as_of(NUMBER, phone)
    for day in range(0, days, 10):
        at = NOW - timedelta(days=days - day)
        Verification.objects.create(
            counted_as=counted_as,
            authenticator=phone,
            started_at=at,
            ended_at=at,
            outcome="expired",
            tries=4,
            strangers_tries=0 if own else 4,
        )
    return counted_as


@pytest.mark.parametrize("own", [False, True], ids=["strangers", "the agent's own phone"])
def test_a_hundred_wrong_codes_in_a_row_are_the_end_however_slowly_they_come(agent, own):
    counted_as = guessed_in_vain(PhoneAuthenticator.objects.get(), A_YEAR, own=own)
    for later in (timedelta(0), timedelta(days=60)):
        assert pauses.paused_until(counted_as, own=own, now=NOW + later) is not None
        assert pauses.paused_until(counted_as, own=not own, now=NOW + later) is None


def test_fewer_are_forgotten_after_thirty_days(agent):
    counted_as = guessed_in_vain(PhoneAuthenticator.objects.get(), A_YEAR // 2)
    assert pauses.failures(counted_as, own=False, now=NOW) == pauses.Failures(in_a_row=76, recent=12)
    assert pauses.paused_until(counted_as, own=False, now=NOW) is None


def test_the_end_of_all_codes_is_lifted_by_an_operator(agent):
    counted_as = guessed_in_vain(PhoneAuthenticator.objects.get(), A_YEAR)
    PhoneAuthenticator.objects.update(lifted_at=NOW)
    assert pauses.paused_until(counted_as, own=False, now=NOW) is None


def test_an_unknown_number_is_paused_in_the_same_way(db):
    counted_as = guessed_in_vain(None, A_YEAR)
    assert pauses.paused_until(counted_as, own=False, now=NOW) is not None


def test_wrong_codes_dated_by_a_clock_that_was_hours_ahead_make_no_pause_longer(agent):
    counted_as = guessed_in_vain(PhoneAuthenticator.objects.get(), 30)
    Verification.objects.create(
        counted_as=counted_as,
        authenticator=PhoneAuthenticator.objects.get(),
        started_at=NOW + timedelta(hours=3),
        ended_at=NOW + timedelta(hours=3),
        outcome="expired",
        tries=4,
        strangers_tries=4,
    )
    assert pauses.paused_until(counted_as, own=False, now=NOW) is None


def a_right_code():
    ahead, phone = NOW + timedelta(hours=3), PhoneAuthenticator.objects.get()
    counted_as = verifications.counted_as_of(NUMBER, phone)
    Verification.objects.create(
        counted_as=counted_as, authenticator=phone, started_at=ahead, ended_at=ahead, outcome="approved"
    )


def a_lifted_pause():
    PhoneAuthenticator.objects.update(lifted_at=NOW + timedelta(hours=3))


@pytest.mark.parametrize("dated_ahead", [a_right_code, a_lifted_pause], ids=lambda it: it.__name__)
def test_nobody_guesses_until_the_time_to_which_a_clock_that_was_hours_ahead_dated_something(agent, dated_ahead):
    dated_ahead()
    counted_as = guessed_in_vain(PhoneAuthenticator.objects.get(), A_YEAR)
    assert pauses.paused_until(counted_as, own=False, now=NOW) is not None
    assert pauses.paused_until(counted_as, own=False, now=NOW + timedelta(hours=4)) is None
