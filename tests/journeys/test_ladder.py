"""Session, token, code: which one signs in at what time, with a moved clock."""

from datetime import timedelta

import pytest

from idp.agents.models import Device
from idp.saml import names
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from tests.journeys.visits import asks_for_a_code

pytestmark = pytest.mark.any_database

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENT = timedelta(seconds=30)


@pytest.fixture(params=["phone", "computer"])
def browser(request, phone, desktop):
    return phone if request.param == "phone" else desktop


def keep_using(phone, clock, home, until, every):
    """Come back every so often, the last time just before `until`."""
    passed = timedelta()
    while passed + every < until:
        clock.shift(every)
        passed += every
        assert phone.sign_in_silently(home)["signed_in"]
    clock.shift(until - passed)


def test_the_next_sign_in_is_silent_and_of_the_same_session(phone):
    first, again = phone.sign_in(), phone.sign_in_silently()
    assert again["session_index"] == first["session_index"]
    assert again["authn_context"] == names.MOBILE_ONE_FACTOR_CONTRACT


def test_legacy_ends_the_session_after_one_hour_idle_and_the_token_opens_another(phone, clock):
    first = phone.sign_in(home="/legacy/")
    clock.shift(HOUR - MOMENT)
    just_before = phone.sign_in_silently("/legacy/")
    assert just_before["session_index"] == first["session_index"]
    clock.shift(HOUR + MOMENT)
    after = phone.sign_in_silently("/legacy/")
    assert after["session_index"] != first["session_index"]
    assert after["authn_context"] == names.PREVIOUS_SESSION


def test_legacy_requires_a_code_of_a_computer_after_one_hour_idle(desktop, clock):
    desktop.sign_in(home="/legacy/")
    clock.shift(HOUR - MOMENT)
    assert desktop.sign_in_silently("/legacy/")["signed_in"]
    clock.shift(HOUR + MOMENT)
    assert asks_for_a_code(desktop, "/legacy/")


def test_legacy_requires_a_code_after_24_hours_despite_activity(browser, clock):
    browser.sign_in(home="/legacy/")
    keep_using(browser, clock, "/legacy/", until=DAY - MOMENT, every=timedelta(minutes=50))
    assert browser.sign_in_silently("/legacy/")["signed_in"]
    clock.shift(2 * MOMENT)
    assert asks_for_a_code(browser, "/legacy/")


def test_enhanced_requires_a_code_after_seven_days_idle(browser, clock):
    browser.sign_in()
    clock.shift(7 * DAY - MOMENT)
    assert browser.sign_in_silently()["signed_in"]
    clock.shift(timedelta(days=1, hours=23))
    page = browser.ask_flex()
    assert page.form_with("SAMLResponse") is not None, "within nine days of the code"


def test_enhanced_signs_in_no_phone_that_was_away_for_seven_days(browser, clock):
    browser.sign_in()
    clock.shift(7 * DAY)
    page = browser.ask_flex()
    assert page.heading == "Time for a new code"
    assert page.form_with("identifier") is not None


def test_enhanced_requires_a_code_after_nine_days_despite_activity(browser, clock):
    browser.sign_in()
    keep_using(browser, clock, "/", until=9 * DAY - MOMENT, every=timedelta(hours=20))
    assert browser.sign_in_silently()["signed_in"]
    clock.shift(2 * MOMENT)
    assert asks_for_a_code(browser)


def test_a_code_after_a_limit_renews_the_same_device(phone, clock):
    phone.sign_in()
    clock.shift(9 * DAY)
    assert asks_for_a_code(phone)
    phone.sign_in()
    assert Device.objects.count() == 1
    assert phone.sign_in_silently()["signed_in"]


def test_each_sign_in_outside_a_visit_rotates_the_token(phone, clock):
    phone.sign_in()
    root = phone.cookie("token")
    clock.shift(2 * HOUR)
    phone.sign_in_silently()
    child = phone.cookie("token")
    assert child != root
    clock.shift(2 * HOUR)
    phone.sign_in_silently()
    assert phone.cookie("token") != child
    assert LongLivedToken.objects.filter(confirmed_at__isnull=False, retired_at__isnull=True).count() == 1


def test_a_response_lost_on_the_network_does_not_sign_the_phone_out(phone, clock):
    phone.sign_in()
    root = phone.cookie("token")
    clock.shift(3 * HOUR)
    phone.ask_flex()
    phone.http.cookies.set("latchkey-token", root, domain="localhost.local", path="/")
    clock.shift(3 * HOUR)
    assert phone.sign_in_silently()["signed_in"]


def test_a_copied_token_signs_out_both_holders(phone, clock):
    phone.sign_in()
    thief = phone.copy()
    for _ in range(2):
        clock.shift(2 * HOUR)
        phone.sign_in_silently()
    clock.shift(2 * HOUR)
    page = thief.ask_flex()
    assert page.heading == "We signed this phone out to keep you safe"
    assert asks_for_a_code(phone)
    assert Device.objects.get().reason == "copied"


def test_a_token_without_its_device_cookie_signs_nobody_in(phone, android):
    phone.sign_in()
    android.http.cookies.set("latchkey-token", phone.cookie("token"), domain="localhost.local", path="/")
    assert asks_for_a_code(android)
    assert phone.sign_in_silently()["signed_in"]


def test_a_stricter_policy_counts_at_the_next_request(phone, clock, flex):
    from idp.policies.models import TimeoutPolicy
    from idp.saml.models import ServiceProvider

    phone.sign_in()
    clock.shift(DAY)
    strict = TimeoutPolicy.objects.create(name="strict", inactivity=HOUR, absolute=HOUR, code_again_after=HOUR)
    ServiceProvider.objects.filter(slug="flex").update(timeout_policy=strict)
    assert asks_for_a_code(phone)


def test_signing_in_again_and_again_leaves_one_open_session(phone, clock):
    phone.sign_in(home="/legacy/")
    for _ in range(3):
        clock.shift(2 * HOUR)
        phone.sign_in_silently("/legacy/")
    assert SsoSession.objects.filter(ended_at__isnull=True).count() == 1
