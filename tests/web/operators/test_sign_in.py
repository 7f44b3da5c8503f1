"""Signing in to the admin: a password and a second factor."""

from datetime import timedelta

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock as time
from idp.agents.models import Agent
from idp.otp.models import PhoneAuthenticator
from idp.web.models import OperatorTry
from idp.web.operators import sign_in_limits
from tests.conftest import NOW, an_agent
from tests.other_codes import a_one_time_code, a_sheet, an_app
from tests.web.conftest import a_superuser
from tests.web.operators.conftest import LOGIN, PASSWORD, code, is_signed_in, sign_in


def test_password_and_code_open_the_page_that_was_asked_for(client, olivia):
    assert sign_in(client, olivia)["Location"] == "/admin/agents/agent/"
    assert is_signed_in(client)


PAGE, BUTTON = "/admin/agents/agent/?q=Ana", "/admin/agents/agent/8f8b8a1e-0000-4000-8000-000000000000/switch/"


def test_a_button_pressed_after_the_sign_in_ended_is_reported_and_leads_back_to_its_page(client, olivia):
    refused = client.post(BUTTON, {"to": "off"}, headers={"Referer": f"http://testserver{PAGE}"})
    assert "That was not done, because your sign-in had ended." in client.get(refused["Location"]).text
    assert sign_in(client, olivia, at=refused["Location"])["Location"] == PAGE


@pytest.mark.parametrize("referer", ["", "https://evil.example/admin/", "http://testserver.evil.example/", "http://[x"])
def test_a_form_of_another_site_leads_to_the_home_page(client, olivia, referer):
    refused = client.post(BUTTON, {"to": "off"}, headers={"Referer": referer})
    assert sign_in(client, olivia, at=refused["Location"])["Location"] == "/admin/"


def test_a_code_may_be_pasted_as_the_app_shows_it_in_two_groups(client, olivia):
    shown = code(olivia.totpdevice_set.get())
    assert sign_in(client, olivia, token=f" {shown[:3]} {shown[3:]}").status_code == 302


def test_an_operators_email_may_be_typed_in_any_letter_case(client, olivia):
    assert sign_in(client, olivia, email="OLIVIA@Acme.Example").status_code == 302


@pytest.mark.parametrize(
    ("typed"),
    [
        pytest.param({"token": "000000"}, id="wrong code"),
        pytest.param({"password": "wrong"}, id="wrong password"),
        pytest.param({"email": "nobody@acme.example"}, id="nobody"),
        pytest.param({"password": "wrong", "token": "000000"}, id="both wrong"),
    ],
)
def test_every_wrong_sign_in_gets_the_same_answer_and_opens_nothing(client, olivia, typed):
    page = sign_in(client, olivia, **typed)
    assert page.status_code == 200
    assert "The email, password or code is wrong." in page.text
    assert not is_signed_in(client)


def test_a_password_without_a_code_opens_nothing_and_is_not_judged(client, olivia):
    right = client.post(LOGIN, {"username": olivia.email, "password": PASSWORD})
    wrong = client.post(LOGIN, {"username": olivia.email, "password": "wrong"})
    assert "_auth_user_id" not in client.session
    assert "code is wrong" not in right.text + wrong.text


def test_once_a_clock_that_crept_ahead_for_months_is_set_right_operators_codes_count(olivia, clock):
    for _ in range(4):  # half a minute more each time, which the app's row follows
        clock.shift(60)
        assert sign_in(Client(), olivia, token=code(olivia.totpdevice_set.get(), steps=-1)).status_code == 302
    clock.shift(-90)
    app = olivia.totpdevice_set.get()
    assert sign_in(Client(), olivia, token=code(app, steps=-app.drift)).status_code == 302


def test_a_code_opens_once(client, olivia):
    shown = code(olivia.totpdevice_set.get())
    assert sign_in(client, olivia, token=shown).status_code == 302
    assert sign_in(Client(), olivia, token=shown).status_code == 200


def test_somebody_elses_code_opens_nothing(client, olivia):
    other = a_superuser("other@acme.example")
    assert sign_in(client, olivia, token=code(other.totpdevice_set.get())).status_code == 200


def test_an_agents_phone_named_as_factor_opens_nothing(client, olivia):
    olivia.totpdevice_set.all().delete()
    phone = PhoneAuthenticator.objects.create(user=olivia, name="mobile number", number="+12015550188")
    typed = {"username": olivia.email, "password": PASSWORD, "otp_device": phone.persistent_id, "otp_token": "123456"}
    assert client.post(LOGIN, typed).status_code == 200
    assert client.post(LOGIN, typed | {"otp_challenge": "1"}).status_code == 200
    assert not is_signed_in(client)


def test_an_app_that_no_code_has_proved_opens_nothing(client, olivia):
    olivia.totpdevice_set.update(confirmed=False)
    assert sign_in(client, olivia).status_code == 200


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_active": False}], ids=["no operator", "switched off"])
def test_a_former_operator_is_signed_out_at_once(client, olivia, fields):
    sign_in(client, olivia)
    Agent.objects.filter(pk=olivia.pk).update(**fields)
    assert not is_signed_in(client)
    assert "code is wrong" in sign_in(Client(), olivia, token=code(olivia.totpdevice_set.get(), 1)).text


def test_an_agent_without_a_password_cannot_sign_in_to_the_admin(client, clock, db):
    agent = an_agent()
    TOTPDevice.objects.create(user=agent, name="authenticator app", confirmed=True)
    for password in ("", "!", agent.password):
        assert sign_in(client, agent, password=password).status_code == 200
    assert not is_signed_in(client)


def test_signing_out_says_what_the_next_sign_in_needs(client, olivia):
    sign_in(client, olivia)
    assert "needs your password and a code" in client.post("/admin/logout/").content.decode()


def test_logging_out_kills_the_cookie(client, olivia):
    sign_in(client, olivia)
    cookie = client.cookies["latchkey-operator"].value
    client.post("/admin/logout/")
    client.cookies["latchkey-operator"] = cookie
    assert not is_signed_in(client)


def test_the_code_of_an_app_registered_as_an_agent_is_no_second_factor(client, olivia):
    app = an_app(olivia)
    for steps in (0, 1):
        assert sign_in(client, olivia, token=app.code(steps)).status_code == 200
    assert not is_signed_in(client)


def test_recovery_and_one_time_codes_are_no_second_factor(client, olivia):
    codes = [*a_sheet(olivia), a_one_time_code(olivia, a_superuser("other@acme.example"))]
    for it in codes[-2:]:
        assert sign_in(client, olivia, token=it.replace("-", "")).status_code == 200
    assert not is_signed_in(client)


def test_signing_in_gives_a_new_cookie(client, olivia):
    client.get("/admin/login/")
    client.cookies["latchkey-operator"] = planted = "a" * 32
    sign_in(client, olivia)
    assert client.cookies["latchkey-operator"].value != planted


def test_the_sign_in_redirects_to_no_other_site(client, olivia):
    app = olivia.totpdevice_set.get()
    typed = {"username": olivia.email, "password": PASSWORD, "otp_token": code(app), "next": "https://evil.example/"}
    assert client.post("/admin/login/?next=https://evil.example/", typed)["Location"] == "/admin/"


def test_guessing_is_stopped_for_a_while_and_then_goes_on(client, olivia, clock):
    for _ in range(sign_in_limits.PER_ACCOUNT):
        sign_in(client, olivia, password="wrong")
    assert "Too many tries" in sign_in(client, olivia).text
    clock.shift(sign_in_limits.WINDOW + timedelta(seconds=1))
    assert sign_in(client, olivia).status_code == 302


@pytest.mark.postgresql_only
def test_an_email_spelt_with_letters_that_the_database_takes_for_others_is_no_other_account(client, olivia):
    """To PostgreSQL, the lower case of a dotted capital I is a plain i; to Python it is two characters."""
    for _ in range(sign_in_limits.PER_ACCOUNT):
        sign_in(client, olivia, password="wrong")
    assert "Too many tries" in sign_in(client, olivia, email="ol\u0130via@acme.example").text


def test_an_account_that_nobody_has_is_slowed_alike(client, olivia):
    for _ in range(sign_in_limits.PER_ACCOUNT):
        sign_in(client, olivia, email="nobody@acme.example")
    assert "Too many tries" in sign_in(client, olivia, email="nobody@acme.example").text
    assert sign_in(client, olivia).status_code == 302


@pytest.mark.parametrize(
    ("address", "same", "another"),
    [("192.0.2.1", "192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1")],
    ids=["IPv4", "a network of IPv6"],
)
def test_guessing_many_accounts_from_one_address_is_slowed(olivia, address, same, another):
    now = time.now()
    for nth in range(sign_in_limits.PER_ADDRESS):
        assert sign_in_limits.reserve(f"{nth}@acme.example", address, now)
    assert not sign_in_limits.reserve("fresh@acme.example", same, now)
    assert sign_in_limits.reserve("fresh@acme.example", another, now)


def test_a_right_sign_in_forgets_the_tries_before_it(client, olivia):
    sign_in(client, olivia, password="wrong")
    sign_in(client, olivia)
    assert not OperatorTry.objects.exists()


def test_a_wrong_code_dated_by_a_clock_that_was_hours_ahead_makes_no_operator_wait(client, olivia, clock):
    clock.shift(timedelta(hours=3))
    sign_in(client, olivia, token="000000")
    clock.shift(-timedelta(hours=3))
    assert sign_in(client, olivia).status_code == 302


def test_tries_dated_by_a_clock_that_was_hours_ahead_keep_nobody_out(db):
    for _ in range(sign_in_limits.PER_ACCOUNT):
        assert sign_in_limits.reserve("olivia@acme.example", "192.0.2.7", NOW + timedelta(hours=3))
    assert sign_in_limits.reserve("olivia@acme.example", "192.0.2.7", NOW)
