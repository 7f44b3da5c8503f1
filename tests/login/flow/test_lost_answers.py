"""The answer to a right code is lost: reloading the same flow within the quiet time signs the agent in."""

import pytest

from idp.agents.models import Device, Reason
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from tests.conftest import later
from tests.phone import NUMBER, Phone
from tests.user_agents import DESKTOP, IPHONE


@pytest.fixture(params=[IPHONE, DESKTOP], ids=["phone", "computer"])
def browser(request, flex, verify):
    return Phone(flex.url, verify, request.param)


def lose_the_answer_to_the_code(browser):
    """Type the code, and let what comes back get lost. Returns the address of the flow's page, and the lost cookies."""
    page = browser.ask_code(browser.ask_flex())
    form = page.form_with("code")
    form.fields["code"] = browser.code()
    jar = browser.http.cookies.copy()
    lost = browser.http.post(browser._absolute(page, form.action), dict(form.form_values()), allow_redirects=False)
    browser.http.cookies = jar
    return page.url, lost.cookies


def secrets_of(browser):
    return [browser.cookie(kind) for kind in ("device", "token", "session")]


def test_a_reload_signs_in_with_no_second_text(browser):
    address, _ = lose_the_answer_to_the_code(browser)
    page = browser.open(address)
    assert browser.arrive(page)["attributes"]["email"] == ["ana@acme.example"]
    assert browser.messages() == 1
    assert (Device.objects.count(), SsoSession.objects.count()) == (1, 1)


def test_the_same_root_token_is_sent_again(phone):
    address, _ = lose_the_answer_to_the_code(phone)
    phone.open(address)
    assert LongLivedToken.objects.count() == 1
    assert phone.cookie("token")
    assert phone.cookie("session") is None


def test_the_secrets_sent_again_keep_the_phone_signed_in(clock, browser):
    address, _ = lose_the_answer_to_the_code(browser)
    browser.arrive(browser.open(address))
    later(clock, minutes=30)
    browser.sign_in_silently()
    assert browser.messages() == 1


def test_the_secrets_that_got_lost_sign_nobody_in(clock, browser):
    address, lost = lose_the_answer_to_the_code(browser)
    finder = browser.like()
    finder.http.cookies = lost
    browser.arrive(browser.open(address))
    later(clock, minutes=30)
    assert finder.cookie("device")
    assert finder.ask_flex().form_with("identifier") is not None
    browser.sign_in_silently()


def test_an_answer_that_arrived_is_not_followed_by_other_secrets(browser):
    page = browser.ask_code(browser.ask_flex())
    answer = browser.submit(page, "code", code=browser.code())
    before = secrets_of(browser)
    assert answer.form_with("SAMLResponse") is not None
    browser.open(page.url)
    assert secrets_of(browser) == before


def test_after_the_quiet_time_no_secrets_are_sent_again(clock, browser):
    address, _ = lose_the_answer_to_the_code(browser)
    later(clock, seconds=60)
    browser.open(address)
    assert secrets_of(browser) == [None, None, None]


def test_another_browser_without_the_flow_cookie_gets_nothing(phone):
    address, _ = lose_the_answer_to_the_code(phone)
    stranger = phone.like()
    assert stranger.open(address).status == 400
    assert secrets_of(stranger) == [None, None, None]


def test_a_phone_that_was_replaced_meanwhile_gets_nothing(phone, android):
    address, _ = lose_the_answer_to_the_code(phone)
    android.sign_in(NUMBER)
    phone.open(address)
    assert secrets_of(phone) == [None, None, None]
    assert Device.objects.get(reason=Reason.REPLACED).revoked_at is not None
