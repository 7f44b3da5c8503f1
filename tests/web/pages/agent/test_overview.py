"""The page of one agent: cards of phones, and buttons that end, switch and let in."""

import html
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from idp.agents.devices import Browser
from idp.agents.models import AccessPass, Agent, Device, Reason
from idp.agents.models import Kind as Form
from idp.audit import events
from idp.audit.models import Kind, LoginEvent
from idp.native.models import Client as App
from idp.policies.models import TimeoutPolicy
from idp.policies.user_agents import Family
from idp.web import qr
from idp.web.departments import reach
from idp.web.pages.agent import timeline_words
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE, PIXEL, a_desktop, a_device, a_phone
from tests.passkeys.kept import a_passkey
from tests.web.pages.agent.agent_page import HELPER, a_helper, a_looker, url, words
from tests.web.people_form import save
from tests.web.pressing import buttons, press
from tests.web.seeded import HERE, a_service


@pytest.fixture(autouse=True)
def _morning(db, clock, keys):
    """Everything happens on one morning."""


def test_a_card_says_what_is_signed_in_since_when_and_when_each_service_asks_for_a_code(admin, agent):
    a_service()
    a_phone(agent)
    page = words(admin.get(url(agent)))
    assert "iPhone, Safari Type Phone or tablet, in the browser" in page
    assert "Signed in since 21 November 2026, 09:00 UTC" in page
    assert "Next code, Flex 2026-11-30 09:00, or 2026-11-28 09:00 if unused (UTC)" in page


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
    assert ended in page


def test_an_agent_who_is_not_signed_in_has_no_card(admin, agent):
    assert "is not signed in anywhere. A phone or computer appears here with its first right code." in words(
        admin.get(url(agent))
    )


def test_the_button_names_a_phone_and_signs_out_that_phone_only(admin, agent):
    a_phone(agent)
    a_desktop(agent)
    page = press(admin, admin.get(url(agent)), "Sign out Ana García's iPhone, Safari")
    assert "Ana García is signed out of iPhone, Safari and needs a code there." in words(page)
    assert Device.objects.active().get().label == "Windows computer, Chrome"


def test_one_button_signs_out_every_device_and_the_trail_records_each(admin, agent):
    a_phone(agent)
    a_desktop(agent)
    press(admin, admin.get(url(agent)), "Sign out Ana García everywhere")
    assert set(Device.objects.values_list("reason", flat=True)) == {Reason.OPERATOR}
    assert LoginEvent.objects.filter(kind=Kind.DEVICE_ENDED, detail__contains="Olivia Operator").count() == 2


@pytest.mark.parametrize("named", ["", "of ours", "00000000-0000-4000-8000-000000000000", "another's"])
def test_a_button_for_another_agents_phone_signs_nobody_out(admin, agent, named):
    other = a_phone(an_agent("+12015550102", "ben@acme.example"))
    a_phone(agent)
    admin.post(url(agent, "sign-out"), {"device": str(other.pk) if named == "another's" else named})
    assert Device.objects.active().count() == 2


def test_an_agent_who_is_switched_off_is_signed_out_and_can_return_when_switched_on(admin, agent):
    a_phone(agent)
    page = press(admin, admin.get(url(agent)), "Switch Ana García off")
    assert "Ana García is switched off. Signed out: 1. Flex may stay open" in words(page)
    assert [it for it in buttons(page) if it.startswith("Switch")] == ["Switch Ana García on"]
    press(admin, page, "Switch Ana García on")
    assert Agent.objects.get(pk=agent.pk).is_active
    kinds = [it.kind for it in LoginEvent.objects.order_by("pk")]
    assert kinds == [Kind.AGENT_OFF, Kind.DEVICE_ENDED, Kind.AGENT_ON]
    assert Device.objects.get().reason == Reason.SWITCHED_OFF


def test_an_operator_does_not_switch_themselves_off(admin, operator):
    assert "Ask another operator." in words(admin.post(url(operator, "switch"), {"to": "off"}, follow=True))
    assert Agent.objects.get(pk=operator.pk).is_active


def test_letting_an_agent_in_gives_them_a_pass_of_two_hours(admin, agent):
    admin.post(url(agent, "let-in"))
    given = AccessPass.objects.get()
    assert (given.agent, given.until - given.given_at, given.by.full_name) == (
        agent,
        timedelta(hours=2),
        "Olivia Operator",
    )


def test_an_operator_with_few_rights_is_offered_few_buttons(agent):
    a_phone(agent)
    helper = a_helper()
    assert not [it for it in buttons(helper.get(url(agent))) if it.startswith(("Sign out", "Let "))]
    assert helper.post(url(agent, "sign-out"), {"device": "all"}).status_code == 403
    assert helper.post(url(agent, "let-in")).status_code == 403
    assert a_looker().post(url(agent, "switch"), {"to": "off"}).status_code == 403


def test_a_superusers_phone_is_signed_out_by_superusers_only(admin, agent):
    Agent.objects.filter(pk=agent.pk).update(is_superuser=True)
    phone = a_phone(agent)
    a_passkey(agent)
    helper = a_helper(*HELPER, "change_device")
    chosen = {"action": "sign_out_chosen", "_selected_action": [str(phone.pk)]}
    device = f"/admin/agents/device/{phone.pk}/"
    for at, fields in (
        (url(agent, "sign-out"), {"device": "all"}),
        (url(agent, "sign-out"), {"device": str(phone.pk)}),
        ("/admin/agents/device/", chosen),
        (f"{device}sign-out/", {"passkeys": "remove"}),
    ):
        assert reach.BY_SUPERUSERS in html.unescape(helper.post(at, fields, follow=True).text)
    assert [it.passkeys.filter(removed_at=None).count() for it in Device.objects.active()] == [1]
    for page in (url(agent), f"{device}change/"):
        assert (page, reach.BY_SUPERUSERS in words(helper.get(page))) == (page, True)
        assert not [it for it in buttons(helper.get(page)) if it.startswith("Sign out")]
    admin.post(url(agent, "sign-out"), {"device": "all"})
    assert not Device.objects.active().exists()


def test_an_operator_who_may_only_sign_out_phones_removes_no_passkeys(admin, agent):
    a_phone(agent)
    a_passkey(agent)
    helper, device = a_helper("view_agent", "view_device", "change_device"), agent.devices.get()
    page, at = helper.get(f"/admin/agents/device/{device.pk}/change/"), f"/admin/agents/device/{device.pk}/sign-out/"
    assert [it for it in buttons(page) if it.startswith("Sign out")] == [f"Sign out Ana García: {device.label}"]
    assert "Ask somebody who may change Ana García to remove it." in words(page)
    assert helper.post(url(agent, "remove-passkeys")).status_code == 403
    assert helper.post(at, {"passkeys": "remove"}).status_code == 403
    assert (device.passkeys.kept().count(), Device.objects.active().count()) == (1, 1)
    assert helper.post(at).status_code == 302
    assert (device.passkeys.kept().count(), Device.objects.active().count()) == (1, 0)


@pytest.mark.parametrize("page", ["change", "why"])
def test_only_superusers_switch_an_operator_on_again(admin, agent, page):
    helper, on = a_helper(), "Switch Ana García on"
    Agent.objects.filter(pk=agent.pk).update(is_active=False)
    assert on in buttons(helper.get(url(agent, page)))
    Agent.objects.filter(pk=agent.pk).update(is_staff=True)
    assert on not in buttons(helper.get(url(agent, page)))
    assert reach.OPERATORS_BY_SUPERUSERS in words(helper.get(url(agent, page)))
    assert helper.post(url(agent, "switch"), {"to": "on"}).status_code == 403
    assert on in buttons(admin.get(url(agent, page)))


@pytest.mark.parametrize("page", ["switch", "sign-out", "let-in"])
def test_opening_an_address_presses_no_button(admin, agent, page):
    assert admin.get(url(agent, page)).status_code == 405


@pytest.mark.parametrize("page", ["change", "why"])
def test_more_phones_and_events_take_no_more_queries(admin, agent, page):
    a_service()
    for nth in range(2):
        a_device(agent, IPHONE if nth else PIXEL, NOW + timedelta(minutes=nth))
    few = queries(admin, agent, page)
    for nth in range(8):
        a_device(agent, PIXEL if nth % 2 else IPHONE, NOW + timedelta(hours=1 + nth))
        a_desktop(agent, NOW + timedelta(hours=1 + nth))
    assert queries(admin, agent, page) == few


def queries(admin, agent, page):
    admin.get(url(agent, page))  # what is held is read here
    with CaptureQueriesContext(connection) as asked:
        assert admin.get(url(agent, page)).status_code == 200
    return len(asked)


# What happened


def happened(agent, kind, minute=0, **more):
    return events.record(kind, HERE, NOW + timedelta(minutes=minute), agent=agent, **more)


def test_the_timeline_says_in_plain_words_what_the_agent_and_operators_did(admin, agent):
    a_service()
    device = a_phone(agent)
    happened(agent, Kind.CODE_NOT_SENT, service="flex", detail="sms: landline (60205)")
    happened(agent, Kind.SIGNED_IN, 1, service="flex", device=device, method="code")
    happened(agent, Kind.REFUSED, 2, service="flex", detail="No Android")
    happened(agent, Kind.CODE_GIVEN, 24 * 60, detail="SIM broken, by Olivia Operator")
    page = words(admin.get(url(agent, "timeline")))
    assert "Sunday, 22 November 2026 09:00:00 Was given a one-time code (SIM broken, by Olivia Operator)" in page
    assert "Signed in to Flex on iPhone, Safari, with a code by text or call" in page
    assert "Was refused at Flex (by No Android)" in page
    assert "A code for Flex could not be sent (text: landline (60205). This is a landline" in page


def test_each_event_links_to_the_trail(admin, agent):
    event = happened(agent, Kind.CODE_SENT, service="flex")
    link = f'<a class="reference" href="/admin/audit/loginevent/{event.pk}/change/">{event.reference}</a>'
    assert link in admin.get(url(agent, "timeline")).text


def test_the_timeline_has_pages_and_shows_each_event_once(admin, agent):
    for nth in range(120):
        happened(agent, Kind.CODE_SENT, nth, service="flex")
    seen, at = [], "?"
    while at:
        page = admin.get(f"{url(agent, 'timeline')}{at}")
        seen += [line.pk for day in page.context["days"] for line in day.lines]
        at = f"?before={page.context['older']}" if page.context["older"] else ""
    assert (len(seen), len(set(seen)), seen) == (120, 120, sorted(seen, reverse=True))
    assert admin.get(f"{url(agent, 'timeline')}?before=first").status_code == 200


def test_a_longer_timeline_takes_no_more_queries(admin, agent):
    happened(agent, Kind.SIGNED_IN, service="flex", device=a_phone(agent))
    few = {page: queries(admin, agent, page) for page in ("change", "timeline")}
    for nth in range(30):
        happened(agent, Kind.SIGNED_IN, nth, service="flex", device=a_desktop(agent, NOW + timedelta(minutes=nth)))
    assert {page: queries(admin, agent, page) for page in few} == few


def test_every_kind_of_event_about_an_agent_has_its_own_words():
    of_everybody = {Kind.EVERYONE_OUT, Kind.STOPPED, Kind.STOP_LIFTED, Kind.IMPORTED, Kind.IMPORT_UNDONE, Kind.EXPORTED}
    of_operators = {Kind.OPERATOR_IN, Kind.OPERATOR_OUT, Kind.OPERATOR_REFUSED, Kind.OWN_SIGN_IN}
    of_tables = {Kind.TRAIL_EXPORTED, Kind.WROTE}
    assert set(Kind) - of_everybody - of_operators - of_tables == set(timeline_words.WORDS)


def test_a_change_by_an_operator_shows_the_values_before_and_after(admin, agent):
    save(admin, agent, full_name="Ana Maria", flex_roles=["agent"])
    assert "Was changed (full name: Ana García → Ana Maria, by Olivia Operator)" in words(
        admin.get(url(agent, "timeline"))
    )


# Where they sign in


def test_the_link_names_the_service_and_nobody(admin, agent):
    a_service(unsolicited=True)
    page = admin.get(url(agent, "sign-in-link"))
    [link] = page.context["links"]
    assert link.address.endswith("/saml/start/flex")
    assert link.qr_code == qr.drawn(link.address)
    assert "<svg" in page.text
    assert Client().get("/saml/start/flex").status_code == 303


def test_a_service_that_begins_its_sign_ins_itself_has_no_link(admin, agent):
    a_service()
    page = words(admin.get(url(agent, "sign-in-link")))
    assert "No service may be opened from here yet" in page
    assert "Flex starts its sign-ins itself. Tick “may be opened from here” to allow it" in page


def test_ways_to_help_come_before_the_button_that_switches_an_agent_off(admin, agent):
    page = words(admin.get(url(agent)))
    assert page.index("When texts do not reach Ana García") < page.index("Switch Ana García off")
    assert 'href="#numbers-group"' in (source := admin.get(url(agent)).text)
    assert 'id="numbers-group"' in source
