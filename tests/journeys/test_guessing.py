"""Somebody who knows a number can neither lock its agent out, nor guess for days, nor send texts without limit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.audit.models import LoginEvent
from idp.otp.allowances import PER_ADDRESS, STRANGERS_SENDS, STRANGERS_TRIES
from idp.otp.limits import caps
from idp.otp.models import PhoneAuthenticator, VerificationSend
from tests.conftest import NOW
from tests.hostile.typing_codes import give
from tests.phone import NUMBER

NOBODYS = "+12015550177"
CODE_OVER = timedelta(minutes=11)


def guess(stranger, times=STRANGERS_TRIES, number=NUMBER):
    page = stranger.ask_code(stranger.ask_flex(), number)
    for _ in range(times):
        page = stranger.submit(page, "code", code="000000") if page.form_with("code") is not None else page
    return page


def guess_thrice(stranger, clock, number=NUMBER):
    """Use up three codes with wrong ones, each in a new browser."""
    for _ in range(3):
        assert guess(stranger.like(), number=number).status == 429
        clock.shift(CODE_OVER)


def confirm(phone):
    """Require a fresh code on a phone that is signed in."""
    return phone.ask_code(phone.ask_flex(force_authn=1))


def test_after_a_stranger_used_all_tries_the_agents_own_phone_has_one_left(phone, android, clock):
    phone.sign_in()
    clock.shift(CODE_OVER)
    assert guess(android).status == 429
    page = confirm(phone)
    assert (page.status, page.heading) == (200, "Enter the code")
    assert phone.arrive(give(phone, page, phone.code(after=1)))["signed_in"]


def test_after_a_stranger_used_all_texts_the_agents_own_phone_gets_one_more(phone, android, clock):
    phone.sign_in()
    clock.shift(CODE_OVER)
    page = android.ask_code(android.ask_flex())
    for _ in range(STRANGERS_SENDS):
        clock.shift(91)
        page = android.submit(page, "again", again="sms") if page.form_with("again") is not None else page
    assert page.form_with("again") is None
    confirm(phone)
    assert phone.code()


def test_a_phone_of_somebody_else_is_a_stranger_too(phone, android, clock):
    phone.sign_in()
    android.sign_in("+12015550102")
    clock.shift(CODE_OVER)
    guess(phone.like())
    assert android.ask_code(android.ask_flex(force_authn=1)).status == 429


@pytest.mark.parametrize("number", [NUMBER, NOBODYS], ids=["known", "unknown"])
def test_ten_wrong_codes_in_a_row_are_followed_by_a_longer_pause(phone, clock, number):
    guess_thrice(phone, clock, number)
    stranger = phone.like()
    page = stranger.ask_code(stranger.ask_flex(), number)
    assert (page.status, page.heading) == (429, "Too many tries")
    assert "paused for 29 minutes" in page.text


def test_the_page_of_a_pause_offers_what_helps_before_it_ends(phone):
    page = guess(phone)
    assert "paused for 10 minutes. After that, you can ask for a code again." in page.text
    assert [it.text for it in page.html.iter("button")] == ["Change number", "Back to Flex"]
    page = phone.submit(page, "change", change="number")
    assert phone.ask_code(page, "+12015550102").heading == "Enter the code"


def test_a_stranger_who_guesses_for_days_does_not_pause_the_agents_own_phone(phone, android, clock):
    phone.sign_in()
    clock.shift(CODE_OVER)
    guess_thrice(android, clock)
    assert guess(android.like()).status == 429
    page = confirm(phone)
    assert phone.arrive(give(phone, page, phone.code()))["signed_in"]


def test_a_right_code_resets_the_count_of_wrong_ones(phone, android, clock):
    for _ in range(2):
        guess(android.like())
        clock.shift(CODE_OVER)
    phone.sign_in()
    clock.shift(CODE_OVER)
    guess_thrice(android, clock)


def test_an_operator_lifts_a_pause(phone, android, clock):
    guess_thrice(android, clock)
    PhoneAuthenticator.objects.filter(number=NUMBER).update(lifted_at=NOW + timedelta(minutes=33))
    assert phone.sign_in()["signed_in"]


FEW = 4
"""Numbers from one address, instead of the thirty that `tests/otp/test_allowances.py` knows."""


@pytest.fixture
def few_from_one_address(monkeypatch):
    monkeypatch.setattr(caps, "PER_ADDRESS", replace(PER_ADDRESS, base=FEW))


def ask_for_many(phone, count):
    """Ask for a code for number after number, each in a new browser at the same address."""
    browsers = [phone.like() for _ in range(count)]
    return [it.ask_code(it.ask_flex(), f"+4420794600{n:02}").status for n, it in enumerate(browsers)]


@pytest.mark.usefixtures("few_from_one_address")
def test_a_browser_that_tries_many_numbers_is_stopped(phone, clock):
    assert ask_for_many(phone, FEW + 2) == [200] * FEW + [429] * 2
    assert phone.ask_code(phone.ask_flex(), NUMBER).status == 429


@pytest.mark.usefixtures("few_from_one_address")
def test_an_office_whose_codes_are_right_is_not_stopped(phone, clock):
    for digit in range(1, 4):
        phone.like().sign_in(f"+1201555010{digit}")
    assert set(ask_for_many(phone, FEW + 5)) == {200}


def test_known_phones_still_get_texts_when_the_daily_budget_is_spent(phone, android, clock, settings):
    phone.sign_in()
    clock.shift(CODE_OVER)
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"texts_a_day": 1})
    for number in ("+12015550102", NOBODYS):
        page = android.ask_code(android.ask_flex(), number)
        assert (page.status, "We can't send codes right now." in page.text) == (503, True)
    assert confirm(phone).heading == "Enter the code"


def test_counts_hold_no_ip_address(phone, clock):
    phone.ask_code(phone.ask_flex())
    send = VerificationSend.objects.get()
    assert len(send.asked_from) == 64
    assert send.asked_from != LoginEvent.objects.values_list("address", flat=True).first()
    assert send.prefix == "+120155"
