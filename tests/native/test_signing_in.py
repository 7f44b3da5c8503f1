"""An app signs an agent in, goes on without a code, and signs out; all by a client library of other make."""

from datetime import timedelta
from functools import partial
from unittest.mock import Mock

from django.db import OperationalError

from idp.agents.models import Device, Reason
from idp.audit.models import Kind, LoginEvent
from idp.policies.user_agents import Platform
from idp.sessions.models import SsoSession
from tests.native.own_app import BASE_URL, a_rule_against, told


def test_an_app_signs_an_agent_in_and_becomes_the_phone(app):
    token = app.sign_in()
    device = Device.objects.get()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
    assert (device.kind, device.slot, device.client, device.label) == ("mobile", 1, "acme-phone", "Acme Phone, iPhone")
    assert (device.agent.email, device.secret_hash, device.revoked_at) == ("ana@acme.example", "", None)


def test_the_redirect_to_the_app_has_code_state_and_issuer(app):
    answer = told(app.give_code(app.ask()))
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == (app.state, BASE_URL)


def test_the_system_browser_becomes_no_device_and_is_not_signed_in(app):
    app.sign_in()
    assert {cookie.name for cookie in app.phone.http.cookies if "flow" not in cookie.name} == {"latchkey-form"}
    assert app.phone.ask_flex().form_with("identifier") is not None


def test_a_sign_in_abandoned_after_the_code_signs_nobody_out(app, android):
    android.sign_in()
    app.give_code(app.ask())
    assert android.sign_in_silently()["signed_in"]
    assert Device.objects.active().get().client == ""
    assert LoginEvent.objects.filter(kind=Kind.PROVED, device=None).count() == 1


def test_an_app_and_a_browser_sign_each_other_out(app, android):
    android.sign_in()
    app.sign_in()
    assert Device.objects.get(client="").reason == Reason.REPLACED
    page = android.ask_flex()
    assert "You signed in on another phone" in page.text
    assert "Acme Phone, iPhone" in page.text
    android.sign_in()
    assert app.refused(app.renew) == "invalid_grant"
    assert Device.objects.get(client="acme-phone").reason == Reason.REPLACED


def test_agents_read_the_apps_name_among_their_last_sign_ins(app, android):
    app.sign_in()
    android.sign_in()
    page = android.open(f"{BASE_URL}/me")
    assert "UTC, Acme Phone, iPhone, with a code" in page.text
    assert "app:" not in page.text


def test_a_browser_that_is_signed_in_still_gives_a_code_for_the_app(app):
    app.phone.sign_in()
    assert app.ask().form_with("identifier") is not None


def test_an_app_refreshes_without_a_code_and_gets_a_new_token(app, clock):
    first = app.sign_in()
    clock.shift(timedelta(hours=3))
    second = app.renew()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert LoginEvent.objects.filter(kind=Kind.RENEWED).count() == 1


def test_an_app_that_refreshes_within_a_minute_keeps_its_token(app, clock):
    first = app.sign_in()
    answer = app.renew()
    assert answer["refresh_token"] == first["refresh_token"]  # the library keeps what no answer replaces


def test_a_refresh_in_the_background_does_not_keep_the_session_open(app, clock):
    app.sign_in()
    before = SsoSession.objects.values().get()
    clock.shift(timedelta(hours=3))
    app.renew()
    assert SsoSession.objects.values().get() == before


def test_signing_out_ends_the_device_and_may_be_repeated(app):
    app.sign_in()
    assert [app.revoke().status_code for _ in range(2)] == [200, 200]
    device = Device.objects.get()
    assert device.reason == Reason.AGENT
    assert app.refused(app.renew) == "invalid_grant"


def test_an_agent_refused_by_the_access_policy_goes_back_to_the_app_with_access_denied_however_busy(app, monkeypatch):
    a_rule_against(Platform.IOS)
    page = app.ask()
    assert page.heading == "This phone can't be used for Acme Phone"
    [form] = page.html.forms
    back = partial(app.phone.http.post, f"{BASE_URL}{form.action}", dict(form.form_values()), allow_redirects=False)
    with monkeypatch.context() as busy:
        busy.setattr("idp.native.views.events.record", Mock(side_effect=OperationalError("deadlock detected")))
        assert back(timeout=30).status_code == 503
    response = back(timeout=30)
    assert response.status_code == 303
    assert told(response.headers["Location"]) == {"error": "access_denied", "state": app.state, "iss": BASE_URL}
