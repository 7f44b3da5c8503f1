"""More than one phone or remembered computers, if an operator allows them, and what agents read then."""

import pytest

from idp.tokens.models import LongLivedToken
from tests.conftest import later


@pytest.fixture
def allow(settings):
    def allow(**changes):
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update=changes)

    return allow


def test_with_two_phones_allowed_a_third_signs_out_the_one_unused_longest(allow, clock, phone, android):
    allow(phones_per_agent=2)
    phone.sign_in()
    android.sign_in()
    later(clock, minutes=10)
    assert phone.sign_in_silently()["signed_in"]
    third = phone.like()
    asked = third.ask_code(third.ask_flex())
    assert "One more signs you out of the phone you have not used for longest." in asked.text
    third.arrive(third.submit(asked, "code", code=third.code(after=2)))
    assert phone.sign_in_silently()["signed_in"]
    page = android.ask_flex()
    assert page.heading == "You signed in on another phone"
    assert "Only 2 phones can be signed in at a time. This one had been unused for longest" in page.text


def test_with_one_phone_allowed_the_page_says_that_the_other_will_be_signed_out(phone, android):
    phone.sign_in()
    asked = android.ask_code(android.ask_flex())
    assert "Signing in here signs you out on any other phone." in asked.text
    android.submit(asked, "code", code=android.code(after=1))
    assert "Only one phone can be signed in at a time, so we signed this one out." in phone.ask_flex().text


def test_a_remembered_computer_comes_back_without_a_code_after_its_session(allow, clock, desktop):
    allow(remember_desktops=True)
    asked = desktop.ask_code(desktop.ask_flex())
    assert "you won't need a code on this computer for 9 days" in asked.text
    assert "Your phone stays signed in." in asked.text
    desktop.arrive(desktop.submit(asked, "code", code=desktop.code()))
    assert (desktop.cookie("session"), desktop.cookie("token") is None) == (None, False)
    later(clock, hours=30)
    assert desktop.sign_in_silently()["signed_in"]
    assert LongLivedToken.objects.count() == 2


def test_a_computer_with_a_session_cookie_gets_a_token_at_its_next_code(allow, desktop):
    desktop.sign_in()
    allow(remember_desktops=True)
    assert desktop.sign_in_silently()["signed_in"]
    desktop.sign_in(force_authn="1")
    assert desktop.cookie("session") is None
    assert desktop.sign_in_silently()["signed_in"]
