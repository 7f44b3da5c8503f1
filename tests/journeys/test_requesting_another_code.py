"""Requesting another code: the page says if it is too early, and a double tap sends one text."""

import pytest

from tests.phone import NUMBER
from tests.races.concurrent import at_once

NOBODYS = "+12015550177"
each_number = pytest.mark.parametrize("number", [NUMBER, NOBODYS], ids=["known", "unknown"])


@pytest.fixture
def asked(phone, clock):
    """The page after a first text; another can be requested after 30 seconds."""
    return phone.ask_code(phone.ask_flex())


def again(phone, page, channel="sms"):
    return phone.submit(page, "again", again=channel)


@each_number
def test_an_agent_who_requests_another_code_too_early_reads_how_long_to_wait(phone, clock, number):
    page = phone.ask_code(phone.ask_flex(), number)
    clock.shift(10)
    page = again(phone, page)
    assert (page.status, "more seconds." in page.text) == (429, True)
    assert page.form_with("code") is not None
    wait = int(page.html.xpath("string(//*[@id='wait'])"))
    assert 15 <= wait <= 20


def test_no_second_code_is_sent_too_early(phone, clock, asked):
    assert phone.code()
    clock.shift(10)
    again(phone, asked)
    assert phone.messages() == 1


def test_the_countdown_on_the_page_never_ends_before_latchkeys(phone, clock, asked):
    assert asked.html.xpath("string(//*[@id='wait'])") == "30"


def test_a_second_tap_a_moment_later_is_the_same_request(phone, clock, asked):
    assert phone.code()
    clock.shift(31)
    pages = [again(phone, asked) for _ in range(2)]
    assert [it.status for it in pages] == [200, 200]
    assert phone.code(after=1)
    assert phone.messages() == 2


def test_two_simultaneous_taps_send_one_text(phone, clock, asked):
    assert phone.code()
    clock.shift(31)
    pages = at_once([lambda: again(phone, asked)] * 4)
    assert {it.status for it in pages} == {200}
    assert phone.code(after=1)
    assert phone.messages() == 2


@each_number
def test_after_a_call_the_page_speaks_of_a_call(phone, clock, number):
    page = phone.ask_code(phone.ask_flex(), number)
    clock.shift(31)
    page = again(phone, page, "call")
    assert "is registered, we are calling it now. You may have to press a key" in page.text
    assert ("texted it" in page.text, "Sent again" in page.text) == (False, False)
    clock.shift(61)
    assert "we have texted it a 6-digit code." in again(phone, page).text


def test_an_agent_who_typed_an_email_reads_which_number_will_be_called(phone, clock):
    page = phone.ask_code(phone.ask_flex(), "ana@acme.example")
    clock.shift(31)
    assert "we are calling the mobile number your contact centre has for you." in again(phone, page, "call").text


def test_after_the_code_expired_the_page_does_not_promise_the_same_code(phone, clock, asked):
    clock.shift(31)
    page = again(phone, asked)
    assert "It is the same code" in page.text
    clock.shift(600)
    assert "It is the same code" not in phone.open(page.url).text
