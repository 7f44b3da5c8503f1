"""Switched off by SCIM: no way of signing in lets the agent in, from the next request on."""

import json
from datetime import timedelta

import pytest
from django.test import Client as HttpClient

from idp import clock as clocks
from idp.agents.models import Agent, Device, Reason
from idp.audit.models import Kind, LoginEvent
from idp.native import bearer
from tests.native.own_app import USER_AGENT, a_client, a_code, an_app_signed_in, exchange, renew
from tests.scim.bodies import okta, op, patch
from tests.scim.conftest import Workday

OFF = patch(op("replace", value={"active": False}))


def switch_off(workday, agent, how):
    match how:
        case "PATCH":
            return workday.patch(agent, OFF).status_code
        case "PUT":
            return workday.ask("PUT", f"/{agent.pk}", okta(agent.email, phoneNumbers=None, active=False)).status_code
    return workday.ask("DELETE", f"/{agent.pk}").status_code


@pytest.mark.usefixtures("db", "keys")
@pytest.mark.parametrize("how", ["PATCH", "PUT", "DELETE"])
def test_an_app_its_token_its_code_and_the_api_end(workday, agent, clock, how):
    client = a_client()
    refresh = an_app_signed_in(client, agent)
    token, code = bearer.issue(client, Device.objects.get(), clocks.now()), a_code(client, agent)
    api = HttpClient(headers={"authorization": f"Bearer {token}", "user-agent": USER_AGENT})
    assert api.get("/api/v1/device").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert switch_off(workday, agent, how) in {200, 204}
    assert api.get("/api/v1/device").status_code == 401
    assert renew(refresh).status_code == exchange(code).status_code == 400
    assert Device.objects.get().revoked_at is not None


def test_a_phone_in_flex_loses_session_and_token_with_a_line_in_the_trail(phone):
    phone.sign_in()
    agent = Agent.objects.get(email="ana@acme.example")
    assert Workday().patch(agent, OFF).json()["active"] is False
    device = Device.objects.get(agent=agent)
    assert (device.reason, device.sso_sessions.filter(ended_at=None).count()) == (Reason.SWITCHED_OFF, 0)
    assert LoginEvent.objects.get(kind=Kind.DEVICE_ENDED, device=device).detail.endswith("(Workday)")
    page = phone.ask_flex()
    assert "SAMLResponse" not in json.dumps([dict(it.form_values()) for it in page.forms()])


def test_a_changed_number_signs_the_phone_out(phone):
    phone.sign_in()
    agent = Agent.objects.get(email="ana@acme.example")
    Workday().patch(agent, patch(op("Replace", 'phoneNumbers[type eq "mobile"].value', "+12015550177")))
    assert Device.objects.get(agent=agent).reason == Reason.NUMBER_CHANGED
