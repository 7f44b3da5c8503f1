"""Buttons on an agent's page that sign out, switch and let in."""

import html
from datetime import timedelta

import pytest

from idp.agents import devices
from idp.agents.models import AccessPass, Agent, Device, Reason
from idp.audit.models import Kind, LoginEvent
from idp.web.departments import reach
from tests.conftest import NOW, an_agent
from tests.devices import a_desktop, a_phone
from tests.passkeys.kept import a_passkey
from tests.web.pages.agent.agent_page import HELPER, a_helper, a_looker, url, words
from tests.web.pressing import buttons, press


def test_the_button_names_a_phone_and_signs_out_that_phone_only(admin, agent):
    a_phone(agent)
    a_desktop(agent)
    page = press(admin, admin.get(url(agent)), "Sign out Ana García's iPhone, Safari")
    assert "Ana García is signed out of iPhone, Safari and needs a code there." in words(page)
    assert Device.objects.active().get().label == "Windows computer, Chrome"


def test_one_button_signs_out_every_device_and_the_trail_records_each(admin, agent):
    devices.revoke(a_phone(agent), Reason.AGENT, NOW)
    a_phone(agent)
    a_desktop(agent)
    press(admin, admin.get(url(agent)), "Sign out Ana García everywhere")
    assert sorted(Device.objects.values_list("reason", flat=True)) == [Reason.AGENT, Reason.OPERATOR, Reason.OPERATOR]
    lines = LoginEvent.objects.filter(kind=Kind.DEVICE_ENDED, detail__contains="Olivia Operator")
    assert [it.address for it in lines] == ["127.0.0.1"] * 2


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
