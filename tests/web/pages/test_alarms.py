"""Alarms about sign-ins: on the home page, with both sides, until an operator has looked into them."""

import pytest

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Acknowledgement, Kind, LoginEvent
from idp.login.emergency import passes
from idp.login.endings import not_me
from tests.conftest import NOW
from tests.devices import a_desktop, a_phone
from tests.user_agents import ANDROID, IPHONE
from tests.web.conftest import a_superuser, inside

HOME, PAGE = "/admin/", "/admin/alarms/"


@pytest.fixture
def alarm(agent, clock):
    """Ana said from her iPhone that the sign-in on a computer was not her."""
    here, other = a_phone(agent), a_desktop(agent)
    known = Origin("192.0.2.7", ANDROID, "7KQ2M-9TX4D")
    events.record(Kind.SIGNED_IN, known, NOW, agent=agent, device=other, method="code", service="flex")
    not_me.report(here, other, Origin("198.51.100.4", IPHONE, "7KQ2M-9TX4E"), NOW)
    return LoginEvent.objects.get(kind="not me")


def test_an_alarm_is_on_the_home_page_until_it_is_acknowledged(admin, keys, alarm):
    said = "Ana García says the sign-in on Windows computer, Chrome was not them (said on iPhone, Safari)."
    assert said in admin.get(HOME).text
    assert "Noted that you looked into it" in admin.post(PAGE, {"event": alarm.pk}, follow=True).text
    assert said not in admin.get(HOME).text
    assert "Looked into by Olivia Operator" in admin.get(PAGE).text


def test_without_an_alarm_the_page_says_what_one_would_be(admin, keys):
    page = admin.get(PAGE).text
    assert "<p>An alarm says that Latchkey noticed a sign-in that the agent did not make" in page
    assert "No alarms." in page


def test_both_sides_are_shown_with_address_and_user_agent(admin, keys, alarm):
    for page in (HOME, PAGE):
        shown = admin.get(page).text
        assert {it for it in ("192.0.2.7", ANDROID, "198.51.100.4", IPHONE) if it not in shown} == set()
    assert "ended: the agent reported: that was not me" in admin.get(PAGE).text


def test_a_copied_sign_in_is_an_alarm_too(admin, keys, agent):
    events.record(Kind.TOKEN_COPIED, Origin(None, "", "7KQ2M-9TX4D"), NOW, agent=agent, device=a_phone(agent))
    assert "Ana García: a copy of the sign-in on iPhone, Safari was used." in admin.get(HOME).text


def test_an_alarm_is_acknowledged_once_and_names_the_operator(admin, alarm):
    admin.post(PAGE, {"event": alarm.pk})
    other = inside(a_superuser("otto@acme.example"))
    assert "Somebody else has looked into that already." in other.post(PAGE, {"event": alarm.pk}, follow=True).text
    assert Acknowledgement.objects.get().by.email == "olivia@acme.example"


def test_the_home_page_names_nobody_to_an_operator_without_the_right(admin, keys, agent, alarm, operator):
    passes.give(agent, passes.USUAL, operator, "Lost phone", origin=Origin(None, "", "7KQ2M-9TX4D"), now=NOW)
    looker = a_superuser("looker@acme.example", is_superuser=False)
    shown = inside(looker).get(HOME).text
    assert [it for it in ("Ana García", "192.0.2.7", "Lost phone") if it in shown] == []
    assert {it for it in ("Ana García", "192.0.2.7", "Lost phone") if it not in admin.get(HOME).text} == set()


def test_only_alarms_are_acknowledged_and_only_with_the_right(admin, alarm):
    plain = LoginEvent.objects.get(kind="signed in")
    assert [admin.post(PAGE, {"event": it}).status_code for it in (plain.pk, "x", "")] == [404, 404, 404]
    looker = a_superuser("looker@acme.example", is_superuser=False)
    assert inside(looker).get(PAGE).status_code == 403
    assert not Acknowledgement.objects.exists()


def test_many_alarms_take_no_more_queries(admin, agent, alarm, django_assert_max_num_queries):
    for _ in range(12):
        events.record(Kind.TOKEN_COPIED, Origin(None, "", "7KQ2M-9TX4D"), NOW, agent=agent, device=a_desktop(agent))
    with django_assert_max_num_queries(10):
        assert admin.get(PAGE).text.count("Mark as looked into") == 13
