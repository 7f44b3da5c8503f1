"""An app describes its device, and back ends read who is signed in."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as HttpClient

from idp import clock as clocks
from idp.agents import devices
from idp.agents.models import Agent, Device, Reason
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.endings import signing_out
from idp.native import bearer
from idp.native.api import back_end_operations
from idp.otp.models import Outcome, PhoneAuthenticator, Verification
from idp.otp.verifications import counted_as_of
from idp.saml.models import SubjectName
from idp.sql import open_transactions
from tests.conftest import NOW, an_agent
from tests.devices import a_desktop, a_phone
from tests.native.own_app import a_back_end, a_client, an_app_signed_in

pytestmark = pytest.mark.usefixtures("db", "keys", "clock")

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PUSH = {"provider": "apns", "address": "a1b2c3"}


@pytest.fixture
def client():
    return a_client()


@pytest.fixture
def device(client, agent):
    return a_device(client, agent)


@pytest.fixture
def app(client, device):
    return an_asker(client, device)


@pytest.fixture
def crm():
    client, _ = a_back_end(NOW)
    return an_asker(client, None)


def a_device(client, agent):
    an_app_signed_in(client, agent)
    return Device.objects.active().get(agent=agent)


def an_asker(client, device):
    """Ask the API with an access token: `ask("get", "/device")`."""
    token = bearer.issue(client, device, NOW)

    def ask(method, path, said=None, **query):
        browser = HttpClient(headers={"authorization": f"Bearer {token}"})
        if said is None:
            return getattr(browser, method)(f"/api/v1{path}", query_params=query)
        return getattr(browser, method)(f"/api/v1{path}", json.dumps(said), content_type="application/json")

    return ask


def test_an_app_reads_its_own_device(app, device):
    told = app("get", "/device").json()
    assert (told["id"], told["label"], told["kind"]) == (str(device.pk), "Acme Phone, iPhone", "mobile")
    assert (told["client_id"], told["push"], told["app_version"]) == ("acme-phone", None, None)
    assert told["code_needed_at"][:10] == "2026-11-30"


def test_an_app_sets_its_label_version_and_push_address(app, device):
    answer = app("patch", "/device", {"label": " Ana's phone ", "app_version": "2.1 (400)", "push": PUSH})
    assert answer.status_code == 200
    assert (answer.json()["label"], answer.json()["app_version"], answer.json()["push"]) == (
        "Ana's phone",
        "2.1 (400)",
        PUSH,
    )
    assert LoginEvent.objects.filter(kind=Kind.PUSH_CHANGED, device=device).count() == 1


def test_omitted_fields_stay_and_null_removes_the_push_address(app):
    app("patch", "/device", {"label": "Mine", "push": PUSH})
    assert app("patch", "/device", {"app_version": "2.2"}).json()["push"] == PUSH
    told = app("patch", "/device", {"push": None}).json()
    assert (told["push"], told["label"], told["app_version"]) == (None, "Mine", "2.2")
    assert LoginEvent.objects.filter(kind=Kind.PUSH_CHANGED).count() == 2


@pytest.mark.parametrize(
    "said",
    [
        {"label": ""},
        {"label": "x" * 101},
        {"label": "a\x00b"},
        {"label": 7},
        {"app_version": "x" * 41},
        {"push": {"provider": "APNS", "address": "a"}},
        {"push": {"provider": "apns"}},
        {"push": {"provider": "apns", "address": ""}},
        {"push": {"provider": "apns", "address": "a b"}},
        {"push": "apns"},
    ],
    ids=str,
)
def test_a_malformed_update_is_rejected_and_changes_nothing(app, said):
    before = Device.objects.values().get()
    answer = app("patch", "/device", said)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert Device.objects.values().get() == before


def test_a_push_address_is_removed_in_the_transaction_that_signs_the_device_out(app, device):
    app("patch", "/device", {"push": PUSH})
    signing_out.sign_out(Device.objects.all(), Reason.OPERATOR, "Olivia", Origin(None, "", "7KQ2M-9TX4D"), NOW)
    device.refresh_from_db()
    assert (device.push_provider, device.push_address) == ("", "")
    assert app("get", "/device").status_code == 401


def test_the_table_rejects_a_push_address_on_a_revoked_device(device):
    devices.revoke(device, Reason.AGENT, NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.update(push_provider="apns", push_address="a1b2c3")


def test_one_push_address_reaches_one_device(client, app):
    app("patch", "/device", {"push": PUSH})
    ben = an_asker(client, a_device(client, an_agent("+12015550102", "ben@acme.example")))
    assert ben("patch", "/device", {"push": PUSH}).json()["push"] == PUSH
    assert app("get", "/device").json()["push"] is None
    assert LoginEvent.objects.filter(kind=Kind.PUSH_CHANGED).count() == 3


def test_an_app_signs_its_device_out(app, device):
    assert app("delete", "/device").status_code == 204
    device.refresh_from_db()
    assert device.reason == Reason.AGENT
    assert app("delete", "/device").status_code == 401


def test_a_back_end_reads_an_agent_by_the_name_id_in_flex(agent, crm, app, device):
    app("patch", "/device", {"push": PUSH})
    a_desktop(agent)
    name_id = SubjectName.of(agent, None)
    told = crm("get", f"/agents/{name_id}").json()
    assert (told["name_id"], told["may_sign_in"], told["phone_number"]) == (name_id, True, "+12015550101")
    assert {(it["kind"], it["push"] and it["push"]["address"]) for it in told["devices"]} == {
        ("mobile", "a1b2c3"),
        ("desktop", None),
    }


def test_a_number_counts_as_verified_only_by_a_code_sent_to_that_number(agent, crm):
    phone = PhoneAuthenticator.objects.get(user=agent)
    name_id = SubjectName.of(agent, None)
    assert crm("get", f"/agents/{name_id}").json()["phone_number_verified_at"] is None
    Verification.objects.create(
        authenticator=phone,
        counted_as=counted_as_of(None, phone),
        started_at=NOW,
        ended_at=NOW,
        outcome=Outcome.APPROVED,
    )
    assert crm("get", f"/agents/{name_id}").json()["phone_number_verified_at"] == "2026-11-21T09:00:00Z"
    PhoneAuthenticator.objects.update(number="+12015550177")
    assert crm("get", f"/agents/{name_id}").json()["phone_number_verified_at"] is None


def test_an_agent_who_is_switched_off_has_no_devices(agent, crm, device):
    Agent.objects.update(is_active=False)
    told = crm("get", f"/agents/{SubjectName.of(agent, None)}").json()
    assert (told["may_sign_in"], told["devices"]) == (False, [])


@pytest.mark.parametrize("name_id", ["nobody", "x" * 201, "a%00b"])
def test_an_unknown_name_id_is_not_found(crm, name_id):
    assert crm("get", f"/agents/{name_id}").status_code in {400, 404}


def test_changed_devices_come_page_by_page_and_again_after_each_change(monkeypatch, clock, crm, agent, client):
    monkeypatch.setattr(back_end_operations, "PAGE", 2)
    people = [agent, *(an_agent(f"+1201555012{nth}", f"b{nth}@acme.example") for nth in range(4))]
    known = [a_phone(it, NOW + timedelta(seconds=nth)) for nth, it in enumerate(people)]
    clock.shift(120)
    seen, cursor, more = [], "", True
    while more:
        page = crm("get", "/devices", since=cursor).json()
        seen, cursor, more = seen + [it["id"] for it in page["devices"]], page["next"], page["more"]
    assert seen == [str(it.pk) for it in known]
    assert crm("get", "/devices", since=cursor).json() == {"devices": [], "next": cursor, "more": False}
    devices.revoke(known[1], Reason.REPLACED, NOW + timedelta(seconds=50 + 60))
    [told] = crm("get", "/devices", since=cursor).json()["devices"]
    assert (told["id"], told["reason"]) == (str(known[1].pk), "replaced")
    assert told["signed_out_at"] == "2026-11-21T09:01:50Z"


def test_a_change_of_the_last_seconds_is_sent_at_once_and_repeated(clock, crm, device):
    first = crm("get", "/devices").json()
    assert [it["id"] for it in first["devices"]] == [str(device.pk)]
    clock.shift(71)
    again = crm("get", "/devices", since=first["next"]).json()
    assert len(again["devices"]) == 1
    assert crm("get", "/devices", since=again["next"]).json()["devices"] == []


def test_a_change_that_is_committed_late_is_not_missed_however_many_came_after_it(monkeypatch, clock, crm):
    monkeypatch.setattr(back_end_operations, "PAGE", 2)
    people = [an_agent(f"+1201555012{nth}", f"b{nth}@acme.example") for nth in range(5)]
    for nth, it in enumerate(people[:4]):
        a_phone(it, NOW + timedelta(seconds=nth))
    clock.shift(5)
    page = crm("get", "/devices").json()
    late = a_phone(people[4], NOW + timedelta(milliseconds=500))
    while page["more"]:
        page = crm("get", "/devices", since=page["next"]).json()
    again = crm("get", "/devices", since=page["next"]).json()["devices"]
    assert str(late.pk) in [it["id"] for it in again]


def test_nothing_before_a_long_import_is_passed_over_until_it_has_ended(monkeypatch, clock, crm, device):
    clock.shift(120)
    with monkeypatch.context() as while_it_runs:
        while_it_runs.setattr(open_transactions, "longest", lambda: timedelta(minutes=3))
        cursor = crm("get", "/devices").json()["next"]
    [again] = crm("get", "/devices", since=cursor).json()["devices"]
    assert again["id"] == str(device.pk)


def test_a_change_of_a_transaction_that_ends_just_now_is_not_missed(monkeypatch, clock, crm, device):
    late = an_agent("+12015550121", "late@acme.example")
    clock.shift(120)
    with monkeypatch.context() as just_now:
        just_now.setattr(open_transactions, "longest", lambda: a_phone(late, NOW) and timedelta(0))
        first = crm("get", "/devices").json()
    again = crm("get", "/devices", since=first["next"]).json()
    assert str(Device.objects.get(agent=late).pk) in [it["id"] for it in first["devices"] + again["devices"]]


def test_a_change_at_a_node_whose_clock_is_almost_a_minute_behind_is_not_missed(clock, crm, device):
    clock.shift(MINUTE)
    a_phone(an_agent("+12015550121", "ben@acme.example"), clocks.now())
    clock.shift(25 * SECOND)
    first = crm("get", "/devices").json()
    behind = clocks.now() - 55 * SECOND
    signing_out.sign_out(Device.objects.filter(pk=device.pk), Reason.OPERATOR, "Olivia", Origin(None, "", ""), behind)
    told = crm("get", "/devices", since=first["next"]).json()["devices"]
    assert (str(device.pk), "operator") in [(it["id"], it["reason"]) for it in told]


def test_a_back_end_misses_nothing_after_a_clock_that_was_minutes_ahead_is_set_back(clock, crm, agent):
    clock.shift(10 * MINUTE)
    a_phone(an_agent("+12015550121", "ben@acme.example"), clocks.now())
    clock.shift(2 * MINUTE)
    ahead = crm("get", "/devices").json()
    assert crm("get", "/devices", since=ahead["next"]).json()["devices"] == []
    clock.shift(-10 * MINUTE)
    ana = a_phone(agent, clocks.now())
    told = crm("get", "/devices", since=ahead["next"]).json()["devices"]
    assert str(ana.pk) in [it["id"] for it in told]


@pytest.mark.parametrize("since", ["x", "MjAyNi0xMS0yMQ", "____", "x" * 201, "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCAx"])
def test_a_cursor_that_latchkey_did_not_issue_is_rejected(crm, since):
    answer = crm("get", "/devices", since=since)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/agents/x", "/devices"])
def test_an_app_cannot_read_agents_and_devices(app, path):
    answer = app("get", path)
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_a_back_end_cannot_use_the_operations_of_a_device(crm):
    for method, path in (("get", "/device"), ("delete", "/device")):
        assert crm(method, path).status_code == 403


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "Bearer", "Bearer x", "bearer a.b.c"])
def test_a_request_without_a_valid_access_token_is_answered_401(header):
    browser = HttpClient(headers={"authorization": header} if header is not None else {})
    for method, path in (("get", "/device"), ("get", "/devices"), ("post", "/sign-in-links")):
        answer = getattr(browser, method)(f"/api/v1{path}")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith('Bearer realm="latchkey"')
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("method", "path", "status"), [("get", "/nothing", 404), ("put", "/device", 405)])
def test_a_program_at_an_unknown_address_reads_json_that_speaks_of_no_page(method, path, status):
    answer = getattr(HttpClient(), method)(f"/api/v1{path}")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert answer.json()["reference"] == answer["X-Reference"]
    assert "page" not in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/sign-in-links", {}, "sp is missing."),
        ("/device", {"lable": "x"}, "lable is not a field of this request."),
        ("/device", [], "The body must be a JSON object."),
        ("/device", {"label": 7}, "label must be a text."),
        ("/device", {"label": ""}, "label is too short. Minimum length: 1."),
        ("/device", {"label": "x" * 101}, "label is too long. Maximum length: 100."),
        ("/device", {"label": "a\x00"}, "label contains a character that cannot be stored."),
        ("/device", {"push": {"provider": "A", "address": "x"}}, "provider must match ^[a-z][a-z0-9-]{0,15}$."),
    ],
)
def test_a_developer_reads_which_field_is_wrong_and_why(app, path, body, sentence):
    answer = app("post" if path == "/sign-in-links" else "patch", path, body)
    assert (answer.status_code, answer.json()["error_description"]) == (400, sentence)


def test_the_trail_records_a_devices_label_before_and_after(app, device):
    app("patch", "/device", {"label": "Ana's phone"})
    app("patch", "/device", {"label": "Ana's phone"})
    line = LoginEvent.objects.get(kind=Kind.CHANGED)
    assert (line.by, line.about) == ("app:acme-phone", f"agents.device:{device.pk}")
    assert line.changes == {"label": ["Acme Phone, iPhone", "Ana's phone"]}
