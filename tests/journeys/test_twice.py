"""Back, reload, a double tap, two tabs, a lost cookie, an old page: no raw error, no second text, no sign-out."""

from datetime import timedelta

import pytest

from idp import background
from idp.agents.models import Agent, Device
from tests.hostile.typing_codes import wrong
from tests.journeys.passkey_sign_in import to_the_offer
from tests.other_codes import agent_of, an_app, at_the_code
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL
from tests.races.concurrent import at_once

ME = f"{BASE_URL}/me"
BROWSERS_OWN = {"Server Error", "Not Found", "Forbidden", "Bad Request"}


def twice(phone, page, field, **values):
    """Tap a button, and again before anything has come of it."""
    return at_once([lambda: phone.submit(page, field, **values)] * 2)


def one_after_the_other(phone, page, field, **values):
    """Tap a button, and again on the same page after the first has been answered."""
    return [phone.submit(page, field, **values) for _ in range(2)]


taps = pytest.mark.parametrize("tap", [twice, one_after_the_other])


@taps
def test_send_code_tapped_twice_sends_one_text(phone, tap):
    pages = tap(phone, phone.ask_flex(), "identifier", identifier=NUMBER)
    assert [(it.status, it.heading) for it in pages] == [(200, "Enter the code")] * 2
    assert phone.code()
    assert phone.messages() == 1


@taps
def test_continue_tapped_twice_signs_in_once_and_costs_nothing(phone, tap):
    page = phone.ask_code(phone.ask_flex())
    pages = tap(phone, page, "code", code=phone.code())
    assert any(it.form_with("SAMLResponse") is not None for it in pages)
    assert {it.status for it in pages} == {200}
    assert (Device.objects.active().count(), phone.messages()) == (1, 1)
    assert phone.sign_in_silently()["signed_in"]


@pytest.mark.parametrize("way", ["text", "app"])
def test_a_wrong_code_that_a_reload_sends_again_costs_one_try(phone, way):
    app = an_app(agent_of())
    page = phone.ask_code(phone.ask_flex()) if way == "text" else at_the_code(phone, "app")
    code = wrong(phone) if way == "text" else app.wrong()
    first, reloaded = one_after_the_other(phone, page, "code", code=code)
    assert (first.status, reloaded.status) == (403, 200)
    assert "3 tries left." in first.text
    assert "2 tries left." in phone.submit(reloaded, "code", code=code).text


def test_a_right_code_typed_after_back_on_the_page_of_a_wrong_one_signs_in(phone):
    page = phone.ask_code(phone.ask_flex())
    phone.submit(page, "code", code=wrong(phone))
    assert phone.arrive(phone.submit(page, "code", code=phone.code()))["signed_in"]


def test_two_tabs_for_one_number_share_one_text(phone):
    first, second = phone.ask_flex(), phone.ask_flex()
    assert phone.ask_code(first).heading == "Enter the code"
    assert phone.code()
    page = phone.ask_code(second)
    background.settle()
    assert (page.heading, phone.messages()) == ("Enter the code", 1)
    assert phone.arrive(phone.submit(page, "code", code=phone.code(after=0)))["signed_in"]


def test_back_from_the_code_and_on_again_sends_no_second_text(phone):
    first = phone.ask_flex()
    phone.ask_code(first)
    assert phone.code()
    again = phone.ask_code(first)
    assert (again.status, again.heading, phone.messages()) == (200, "Enter the code", 1)


def test_every_page_of_a_sign_in_can_be_reloaded(phone):
    page = phone.ask_flex()
    assert phone.open(page.url).heading == page.heading
    page = phone.ask_code(page)
    assert phone.open(page.url).heading == page.heading
    page = phone.submit(page, "code", code=phone.code())
    reloaded = phone.open(page.url)
    assert (reloaded.status, reloaded.heading) == (200, "You are already signed in")
    assert phone.messages() == 1


@taps
def test_not_now_tapped_twice_continues_the_sign_in(phone, tap):
    pages = tap(phone, to_the_offer(phone), "later", later="yes")
    assert {it.status for it in pages} == {200}
    assert any(it.form_with("SAMLResponse") is not None for it in pages)


@taps
def test_sign_out_tapped_twice_says_that_one_is_signed_out(phone, tap):
    phone.sign_in()
    pages = tap(phone, phone.open(ME), "out", out="here")
    assert {(it.status, it.heading) for it in pages} == {(200, "You are signed out")}


@taps
def test_that_was_not_me_tapped_twice_reports_it_once(phone, android, tap):
    phone.sign_in()
    android.sign_in()
    pages = tap(phone, phone.ask_flex(), "not_me", not_me="yes")
    assert {(it.status, it.heading) for it in pages} == {(200, "We signed the other phone out")}


@taps
def test_removing_a_passkey_twice_shows_the_agents_own_page(phone, tap):
    Agent.objects.filter(numbers__number=NUMBER).update(may_use_app=True)
    phone.sign_in()
    page = phone.open(ME)
    form = page.form_with("out")
    form.action = f"{ME}/authenticator"
    assert {it.heading for it in tap(phone, page, "out", remove="app")} == {"Your phone"}


def test_a_browser_that_lost_its_cookies_is_told_what_to_do_and_the_phone_stays_signed_in(phone):
    phone.sign_in()
    other = phone.like()
    page = other.ask_flex()
    other.http.cookies.clear()
    for came in (other.open(page.url), other.ask_code(page)):
        assert came.status in {400, 403}
        assert came.heading not in BROWSERS_OWN
        assert came.reference
    assert phone.messages() == 1
    assert phone.sign_in_silently()["signed_in"]


def test_a_page_left_open_for_an_hour_says_so_sends_nothing_and_signs_nobody_out(phone, clock):
    phone.sign_in()
    page = phone.ask_flex(force_authn=1)
    clock.shift(timedelta(hours=1))
    came = phone.ask_code(page)
    assert (came.status, came.heading, phone.messages()) == (410, "This page has expired", 1)
    assert phone.sign_in_silently()["signed_in"]
