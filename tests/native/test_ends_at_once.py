"""Everyone out, an agent and an app that are switched off: from that moment no address of the API lets the app in."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client as HttpClient

from idp import clock as clocks
from idp.agents.models import Agent, Device
from idp.audit.events import Origin
from idp.login.emergency import everyone_out
from idp.native import bearer
from idp.native.models import Client, RedirectUri
from tests.conftest import NOW, an_agent
from tests.devices import a_phone
from tests.native.own_app import (
    CHALLENGE,
    REDIRECT,
    USER_AGENT,
    a_back_end,
    a_client,
    a_code,
    an_app_signed_in,
    exchange,
    renew,
)
from tests.web.seeded import a_service

pytestmark = pytest.mark.usefixtures("db", "keys", "clock")

BACK = Origin(None, "", "AAAAA-BBBBB")


@pytest.fixture
def client():
    return a_client(services=[a_service(unsolicited=True)])


@pytest.fixture
def refresh(client, agent):
    return an_app_signed_in(client, agent)


@pytest.fixture
def api(client, refresh):
    token = bearer.issue(client, Device.objects.get(), clocks.now())
    return HttpClient(headers={"authorization": f"Bearer {token}", "user-agent": USER_AGENT})


def wants_link(api):
    return api.post("/api/v1/sign-in-links", json.dumps({"sp": "flex"}), content_type="application/json")


def opens(link, browser):
    return browser.get(urlsplit(link).path)


def is_let_in(browser):
    return b"SAMLResponse" in browser.get("/saml/start/flex").content


def happen(what, client):
    """End it in one of the three ways; no device says so yet."""
    match what:
        case "everyone out":
            everyone_out.begin(None, "a drill", BACK, clocks.now())
        case "agent":
            Agent.objects.update(is_active=False)
        case "app":
            client.enabled = False
            client.save()


ENDINGS = pytest.mark.parametrize("what", ["everyone out", "agent", "app"])


def test_the_control_without_an_ending_everything_works(api, refresh, clock):
    clock.shift(timedelta(minutes=2))
    browser = HttpClient()
    assert api.get("/api/v1/device").status_code == renew(refresh).status_code == 200
    assert opens(wants_link(api).json()["url"], browser).status_code == 303
    assert is_let_in(browser)


@ENDINGS
def test_rotation_and_the_api_end(client, api, refresh, clock, what):
    clock.shift(timedelta(minutes=2))
    happen(what, client)
    assert renew(refresh).status_code in {400, 401}
    assert api.get("/api/v1/device").status_code == wants_link(api).status_code == 401


@ENDINGS
def test_a_code_made_before_makes_no_device(client, agent, clock, what):
    code = a_code(client, agent)
    happen(what, client)
    assert exchange(code).status_code in {400, 401}
    assert not Device.objects.exists()


@ENDINGS
def test_a_link_made_before_opens_nothing(client, api, what):
    link = wants_link(api).json()["url"]
    happen(what, client)
    assert opens(link, HttpClient()).status_code == 410


@ENDINGS
def test_a_loan_made_before_lets_nobody_in(client, api, what):
    browser = HttpClient()
    opens(wants_link(api).json()["url"], browser)
    happen(what, client)
    assert not is_let_in(browser)


def test_an_app_whose_redirect_uri_was_removed_during_the_sign_in_gets_no_code(client):
    query = {"response_type": "code", "client_id": "acme-phone", "redirect_uri": REDIRECT, "state": "x"}
    browser = HttpClient()
    begun = browser.get("/oauth/authorize", {**query, "code_challenge": CHALLENGE, "code_challenge_method": "S256"})
    RedirectUri.objects.all().delete()
    answer = browser.get(begun["Location"].replace("/login/", "/oauth/respond/"))
    assert (answer.status_code, answer.has_header("Location")) == (400, False)


def test_a_back_end_reads_everyone_out_before_and_after_the_devices_are_revoked(client, api, clock):
    crm, _ = a_back_end(NOW)
    registry = HttpClient(headers={"authorization": f"Bearer {bearer.issue(crm, None, clocks.now())}"})
    push = {"push": {"provider": "apns", "address": "a1b2c3"}}
    api.patch("/api/v1/device", json.dumps(push), content_type="application/json")
    happen("everyone out", client)
    clock.shift(timedelta(minutes=1))
    first = registry.get("/api/v1/devices").json()
    [told] = first["devices"]
    assert (told["reason"], told["push"]) == ("everyone", None)
    assert told["signed_out_at"].startswith("2026-11-21T09:00:0")
    everyone_out.end_devices(BACK, clocks.now)
    [again] = registry.get("/api/v1/devices", {"since": first["next"]}).json()["devices"]
    assert (again["id"], again["reason"]) == (told["id"], "everyone")


def test_a_back_end_misses_no_phone_while_everyone_out_takes_long(clock, monkeypatch):
    crm, _ = a_back_end(NOW)
    registry = HttpClient(headers={"authorization": f"Bearer {bearer.issue(crm, None, NOW)}"})
    monkeypatch.setattr(everyone_out, "REVOKED_AT_ONCE", 1)
    a_phone(an_agent("+12015550103", "eva@acme.example"))
    a_phone(an_agent("+12015550104", "leo@acme.example"))
    everyone_out.begin(None, "a drill", BACK, clocks.now())
    read = []

    def a_minute_later():
        clock.shift(timedelta(minutes=1))
        read.append(registry.get("/api/v1/devices", {"since": read[-1]["next"]} if read else {}).json())
        a_phone(an_agent(f"+1201555020{len(read)}", f"early{len(read)}@acme.example"), clocks.now())
        return clocks.now()

    assert everyone_out.end_devices(BACK, a_minute_later) == 2
    clock.shift(timedelta(minutes=1))
    read.append(registry.get("/api/v1/devices", {"since": read[-1]["next"]}).json())
    ended = {it["id"] for page in read[1:] for it in page["devices"] if it["reason"]}
    assert ended == {str(it.pk) for it in Device.objects.filter(revoked_at__isnull=False)}


@pytest.mark.parametrize("said", [[1], 7, "x", None, {"psuh": None}, {"push": {"provider": "apns", "adress": "a"}}])
def test_a_body_with_an_unknown_or_misplaced_field_is_rejected(api, said):
    answer = api.patch("/api/v1/device", json.dumps(said), content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_token_request_in_json_is_answered_that_it_must_be_a_form():
    asked = json.dumps({"grant_type": "refresh_token"})
    answer = HttpClient().post("/api/v1/token", asked, content_type="application/json")
    assert answer.status_code == 400
    assert "application/x-www-form-urlencoded" in answer.json()["error_description"]


def test_a_request_for_a_scope_is_rejected_and_uses_up_no_token(refresh, clock):
    clock.shift(timedelta(minutes=2))
    assert renew(refresh, scope="openid admin").json()["error"] == "invalid_scope"
    assert renew(refresh, scope="").status_code == 200


def test_scripts_of_other_sites_cannot_read_the_api(api):
    answer = api.get("/api/v1/device", headers={"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_only_the_app_itself_is_switched_off(client, api):
    other = a_client("other-app")
    browser = HttpClient()
    opens(wants_link(api).json()["url"], browser)
    other.enabled = False
    other.save()
    assert Client.objects.get(client_id="acme-phone").enabled
    assert is_let_in(browser)
