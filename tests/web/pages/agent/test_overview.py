"""The page of one agent: cards of their phones and computers."""

from datetime import timedelta

import pytest

from idp.agents.devices import Browser
from idp.agents.models import Kind as Form
from idp.native.models import Client as App
from idp.policies.models import TimeoutPolicy
from idp.policies.user_agents import Family
from tests.conftest import NOW
from tests.devices import IPHONE, PIXEL, a_desktop, a_device, a_phone
from tests.passkeys.kept import a_passkey
from tests.web.pages.agent.agent_page import query_count, url, words
from tests.web.seeded import a_service


def test_a_card_says_what_is_signed_in_since_when_and_when_each_service_asks_for_a_code(admin, agent):
    a_service()
    a_phone(agent)
    page = words(admin.get(url(agent)))
    assert "iPhone, Safari Type Phone or tablet, in the browser" in page
    assert "Signed in since 21 November 2026, 09:00 UTC" in page
    assert "Next code, Flex 30 Nov 2026, 09:00, or 28 Nov 2026, 09:00 if unused (UTC)" in page


def test_the_card_of_an_app_says_when_the_app_itself_asks_for_a_code(admin, agent):
    legacy = TimeoutPolicy.objects.get(name="legacy")
    for name in ("Rota", "Wiki"):
        App.objects.create(client_id=name.lower(), name=name, timeout_policy=legacy)
    a_phone(agent)
    assert "Next code, Rota" not in words(admin.get(url(agent)))
    a_device(agent, Browser(Form.MOBILE, "Rota, iPhone", Family.APPLE, client="rota"))
    page = words(admin.get(url(agent)))
    assert "Next code, Rota 22 Nov 2026, 09:00 (UTC)" in page
    assert "Wiki" not in page


def test_phones_computers_and_apps_have_a_card_each_with_their_passkeys(admin, agent):
    policy = TimeoutPolicy.objects.get(name="enhanced")
    App.objects.create(client_id="rota", name="Rota", timeout_policy=policy)
    a_passkey(agent)
    a_desktop(agent)
    a_device(agent, Browser(Form.DESKTOP, "Tablet at the door", Family.OTHER, client="rota"))
    page = words(admin.get(url(agent)))
    assert "Passkey set up 21 November 2026, not used yet" in page
    assert "Windows computer, Chrome Type Computer, in the browser" in page
    assert "Tablet at the door Type Computer, with the app Rota; cannot be reached by push" in page


def test_earlier_phones_say_when_and_why_they_ended(admin, agent):
    a_phone(agent)
    a_device(agent, PIXEL, NOW + timedelta(hours=1))
    page = words(admin.get(url(agent)))
    ended = "iPhone, Safari was signed out on 21 Nov, 10:00 UTC: another phone signed in (Android phone, Chrome)."
    assert f"{ended} First signed in on 21 November 2026." in page


def test_an_agent_who_is_not_signed_in_has_no_card(admin, agent):
    assert "is not signed in anywhere. A phone or computer appears here with its first right code." in words(
        admin.get(url(agent))
    )


@pytest.mark.parametrize("page", ["change", "why"])
def test_more_phones_and_events_take_no_more_queries(admin, agent, page):
    a_service()
    for nth in range(2):
        a_device(agent, IPHONE if nth else PIXEL, NOW + timedelta(minutes=nth))
    few = query_count(admin, agent, page)
    for nth in range(8):
        a_device(agent, PIXEL if nth % 2 else IPHONE, NOW + timedelta(hours=1 + nth))
        a_desktop(agent, NOW + timedelta(hours=1 + nth))
    assert query_count(admin, agent, page) == few


def test_ways_to_help_come_before_the_button_that_switches_an_agent_off(admin, agent):
    page = words(admin.get(url(agent)))
    assert page.index("When texts do not reach Ana García") < page.index("Switch Ana García off")
    assert 'href="#numbers-group"' in (source := admin.get(url(agent)).text)
    assert 'id="numbers-group"' in source


def test_the_mobile_number_is_among_the_first_fields_of_an_agent(admin, agent):
    for page in (url(agent), "/admin/agents/agent/add/"):
        source = admin.get(page).text
        assert source.index('id="id_email"') < source.index('id="numbers-group"') < source.index("When no text arrives")
