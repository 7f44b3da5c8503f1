"""A code is good for a minute, once, and for the app that asked for it."""

from datetime import timedelta

import jwt
import pytest
from django.db import connection

from idp import clock as clocks
from idp.agents.models import Agent, Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.emergency import everyone_out
from idp.login.endings import agent_switch, signing_out
from idp.native.models import AuthorizationCode
from idp.policies.user_agents import Platform
from tests.conftest import NOW, an_agent
from tests.devices import a_phone
from tests.importing.files import a_file
from tests.native.own_app import (
    BASE_URL,
    CHALLENGE,
    VERIFIER,
    a_back_end,
    a_client,
    a_code,
    a_rule_against,
    ask,
    exchange,
)
from tests.policies import publishing
from tests.scim.bodies import op, patch
from tests.scim.conftest import Workday
from tests.web.commands import run
from tests.web.conftest import a_superuser, inside
from tests.web.people_form import save

pytestmark = [pytest.mark.usefixtures("db", "keys"), pytest.mark.each_database]

BACK = Origin(None, "", "AAAAA-BBBBB")


@pytest.fixture
def client():
    return a_client()


@pytest.fixture
def code(client, agent, clock):
    return a_code(client, agent)


def facts():
    return [list(model.objects.order_by("pk").values()) for model in (Device, AuthorizationCode)]


def refused(answer, status=400, error="invalid_grant", reason=None):
    told = answer.json()
    assert (answer.status_code, told["error"], told.get("reason")) == (status, error, reason)
    assert told["error_description"]
    assert told["reference"] == answer["X-Reference"]
    return True


def test_the_next_code_is_due_from_the_browsers_proof_and_not_from_the_exchange(code, clock):
    clock.shift(30)
    assert exchange(code).status_code == 200
    device = Device.objects.get()
    assert device.enrolled_at - device.authenticated_at >= timedelta(seconds=30)


def test_a_code_expires_after_sixty_seconds(client, agent, clock):
    early, late = a_code(client, agent), a_code(client, agent)
    clock.shift(59)
    assert exchange(early).status_code == 200
    clock.shift(1)
    assert refused(exchange(late), reason="unknown")
    assert Device.objects.get().revoked_at is None


def test_a_code_that_a_clock_a_year_ahead_made_is_over_once_it_is_set_back(client, agent, clock):
    clock.shift(timedelta(days=365))
    code = a_code(client, agent)
    clock.shift(-timedelta(days=365))
    assert refused(exchange(code), reason="unknown")


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": VERIFIER[:-1] + "X"},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "short"},
        {"redirect_uri": "com.acme.phone:/elsewhere"},
        {"redirect_uri": "com.acme.phone:/signed-in?x"},
        {"code": "x" * 43},
        {"client_id": "other-app"},
    ],
    ids=str,
)
def test_an_app_that_did_not_request_a_code_cannot_redeem_or_use_it_up(code, wrong):
    a_client("other-app")
    before = facts()
    assert refused(exchange(**{"code": code} | wrong), reason="unknown")
    assert facts() == before
    assert exchange(code).status_code == 200


@pytest.mark.parametrize("name", ["code", "redirect_uri", "code_verifier"])
def test_a_missing_parameter_is_named(code, name):
    before = facts()
    answer = exchange(**{"code": code, name: ""})
    assert refused(answer, error="invalid_request")
    assert name in answer.json()["error_description"]
    assert facts() == before


def test_a_code_used_twice_signs_its_device_out(code):
    assert exchange(code).status_code == 200
    assert refused(exchange(code), reason="copied")
    assert Device.objects.get().reason == Reason.COPIED
    assert refused(exchange(code), reason="copied")
    assert LoginEvent.objects.filter(kind=Kind.DEVICE_ENDED).count() == 1


def test_a_code_without_its_verifier_signs_nobody_out(code):
    exchange(code)
    assert refused(exchange(code, code_verifier="x" * 43), reason="unknown")
    assert Device.objects.get().revoked_at is None


def test_a_phone_that_the_policy_refuses_signs_nobody_out_and_keeps_its_code(code, agent):
    phone = a_phone(agent, NOW)
    rule = a_rule_against(Platform.IOS)
    before = facts()
    assert refused(exchange(code), reason="refused")
    assert facts() == before
    publishing.withdraw(rule)
    assert exchange(code).status_code == 200
    phone.refresh_from_db()
    assert phone.reason == Reason.REPLACED


@pytest.mark.parametrize("reason", [Reason.OPERATOR, Reason.SWITCHED_OFF, Reason.REPORTED])
def test_an_app_collects_no_sign_in_of_an_agent_who_was_signed_out_since_the_proof(client, agent, clock, reason):
    phone = a_phone(agent, NOW)
    code = a_code(client, agent)
    clock.shift(10)
    signing_out.sign_out(Device.objects.filter(pk=phone.pk), reason, "Olivia", BACK, clocks.now())
    assert refused(exchange(code), reason="signed_out")
    assert not Device.objects.active().exists()


def test_an_app_collects_no_sign_in_of_an_agent_without_a_phone_who_was_switched_off_and_on(client, agent, clock):
    code = a_code(client, agent)
    clock.shift(10)
    agent_switch.off(agent, "Olivia", BACK, clocks.now())
    agent_switch.on(agent, "Olivia", BACK, clocks.now())
    assert refused(exchange(code), reason="signed_out")
    assert not Device.objects.exists()


def by_file(agent, may_sign_in, folder):
    (folder / "team.csv").write_bytes(a_file([agent.email, may_sign_in], headings=["Email", "May sign in"]))
    run("import_agents", folder / "team.csv")


def by_personnel_system(agent, may_sign_in, _):
    workday = Workday(f"Workday {may_sign_in}")
    assert workday.patch(agent, patch(op("replace", "active", may_sign_in == "yes"))).status_code == 200


def on_their_page(agent, may_sign_in, _):
    save(inside(a_superuser(f"{may_sign_in}@acme.example")), agent, is_active="on" if may_sign_in == "yes" else "")


@pytest.mark.parametrize("switch", [by_file, by_personnel_system, on_their_page])
def test_an_app_collects_no_sign_in_of_an_agent_who_was_switched_off_and_on_without_the_button(
    client, agent, clock, switch, tmp_path
):
    code = a_code(client, agent)
    clock.shift(10)
    switch(agent, "no", tmp_path)
    switch(agent, "yes", tmp_path)
    assert Agent.objects.get(pk=agent.pk).is_active
    assert refused(exchange(code), reason="signed_out")
    lines = LoginEvent.objects.filter(agent=agent, kind__in=[Kind.AGENT_OFF, Kind.AGENT_ON]).order_by("pk")
    assert [it.kind for it in lines] == [Kind.AGENT_OFF, Kind.AGENT_ON]


ENDINGS = {
    "everyone out": lambda _: everyone_out.begin(None, "a drill", BACK, clocks.now()),
    "signed out": lambda agent: signing_out.sign_out(
        Device.objects.of(agent), Reason.OPERATOR, "Olivia", BACK, clocks.now()
    ),
    "switched off and on": lambda agent: [
        it(agent, "Olivia", BACK, clocks.now()) for it in (agent_switch.off, agent_switch.on)
    ],
    "number changed": lambda agent: events.record(Kind.NUMBER_CHANGED, BACK, clocks.now(), agent=agent),
}
"""What ends a proof that an app has yet to collect."""


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_what_was_ended_by_a_clock_that_was_hours_ahead_keeps_no_later_proof_from_signing_in(
    client, agent, clock, ending
):
    a_phone(agent, NOW)
    clock.shift(timedelta(hours=3))
    ending(agent)
    clock.shift(-timedelta(hours=3))
    assert exchange(a_code(client, agent)).status_code == 200


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_what_ends_a_proof_ends_one_that_a_clock_ahead_dated_later(client, agent, clock, ending):
    a_phone(agent, NOW)
    clock.shift(timedelta(seconds=30))
    code = a_code(client, agent)
    clock.shift(-timedelta(seconds=30))
    ending(agent)
    assert refused(exchange(code), reason="signed_out")


def test_a_sign_out_before_the_proof_does_not_end_it(client, agent, clock):
    signing_out.sign_out(Device.objects.filter(pk=a_phone(agent).pk), Reason.OPERATOR, "Olivia", BACK, NOW)
    clock.shift(10)
    assert exchange(a_code(client, agent)).status_code == 200


def test_an_agent_switched_off_after_the_code_gets_nothing(code):
    Agent.objects.update(is_active=False)
    assert refused(exchange(code), reason="refused")
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda _: Agent.objects.update(is_active=False), "refused"),
        (lambda agent: LoginEvent.objects.create(kind=Kind.NUMBER_CHANGED, agent=agent, at=NOW), "signed_out"),
    ],
    ids=["switched off", "number changed"],
)
def test_an_app_that_waited_for_a_lock_sees_what_an_operator_changed_before(code, agent, act, reason):
    waiting = [act]

    def meanwhile(execute, sql, *rest):
        if sql.startswith('SELECT "agents_agent"."id"') and waiting:
            waiting.pop()(agent)
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        assert refused(exchange(code), reason=reason)
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "password", "username": "ana", "password": "x"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": ["refresh_token", "refresh_token"]}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 5000}, "invalid_request"),
    ],
    ids=str,
)
def test_a_malformed_token_request_gets_the_error_of_the_standard(client, form, error):
    assert refused(ask(client_id="acme-phone", **form), error=error)


@pytest.mark.parametrize("client_id", ["", "nobody", "ACME-PHONE", "acme-phone\x00", "a" * 4000])
def test_a_client_that_is_not_registered_is_invalid(code, client_id):
    assert refused(exchange(code, client_id=client_id), 401, "invalid_client")


def test_an_app_that_sends_a_secret_is_rejected(code):
    assert refused(exchange(code, client_secret="guess"), 401, "invalid_client")


def test_a_back_end_signs_nobody_in(code, agent):
    crm, secret = a_back_end(NOW)
    answer = exchange(a_code(crm, agent), client_id="crm", client_secret=secret)
    assert refused(answer, error="unauthorized_client")


def test_one_agents_code_never_signs_another_agent_in(client, agent, code):
    ben = an_agent("+12015550102", "ben@acme.example")
    exchange(a_code(client, ben))
    exchange(code)
    assert {it.agent for it in Device.objects.active()} == {agent, ben}


def test_the_access_token_has_the_claims_of_rfc_9068(code, agent):
    granted = exchange(code).json()
    header = jwt.get_unverified_header(granted["access_token"])
    said = jwt.decode(granted["access_token"], options={"verify_signature": False})
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert said["exp"] - said["iat"] == granted["expires_in"] == 900
    assert (said["iss"], said["aud"]) == (BASE_URL, f"{BASE_URL}/api/v1")
    assert (said["sub"], said["client_id"]) == (str(agent.pk), "acme-phone")


def test_the_refresh_token_is_a_long_lived_token_for_apps_only(code):
    said = jwt.decode(exchange(code).json()["refresh_token"], options={"verify_signature": False})
    assert said["aud"] == f"{BASE_URL}/api/v1/token"
    assert said["exp"] - said["iat"] == 7 * 24 * 60 * 60
