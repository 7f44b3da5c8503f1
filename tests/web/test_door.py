"""The door of the admin: password and second factor, one-time links, an operator's own sign-in."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock as time
from idp.agents.models import Agent
from idp.otp.models import PhoneAuthenticator
from idp.web import operator_links, operator_tries
from idp.web.models import OperatorTry
from tests.conftest import an_agent
from tests.other_codes import a_one_time_code, a_sheet, an_app
from tests.web.conftest import a_superuser, inside

PASSWORD = "correct horse battery"
LOGIN = "/admin/login/?next=/admin/agents/agent/"
OWN = "/admin/own-sign-in/"


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    """What the hashes cost is not the matter here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def olivia(db, clock):
    return a_superuser(password=make_password(PASSWORD))


def code(app, steps=0):
    """What an authenticator app shows now."""
    return f"{totp(app.bin_key, app.step, app.t0, app.digits, app.drift + steps):06}"


def sign_in(client, operator, *, password=PASSWORD, email=None, token=None):
    app = TOTPDevice.objects.filter(user=operator).first()
    typed = {"username": email or operator.email, "password": password, "otp_token": token or code(app)}
    return client.post(LOGIN, typed)


def is_inside(client):
    return client.get("/admin/").status_code == 200


def test_password_and_code_open_the_page_that_was_asked_for(client, olivia):
    assert sign_in(client, olivia)["Location"] == "/admin/agents/agent/"
    assert is_inside(client)


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
def test_whatever_is_wrong_is_answered_alike_and_opens_nothing(client, olivia, typed):
    page = sign_in(client, olivia, **typed)
    assert page.status_code == 200
    assert "E-mail, password or code is not right." in page.text
    assert not is_inside(client)


def test_a_password_without_a_code_opens_nothing_and_is_not_judged(client, olivia):
    right = client.post(LOGIN, {"username": olivia.email, "password": PASSWORD})
    wrong = client.post(LOGIN, {"username": olivia.email, "password": "wrong"})
    assert "_auth_user_id" not in client.session
    assert "not right" not in right.text + wrong.text


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
    assert not is_inside(client)


def test_an_app_that_no_code_has_proved_opens_nothing(client, olivia):
    olivia.totpdevice_set.update(confirmed=False)
    assert sign_in(client, olivia).status_code == 200


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_active": False}], ids=["no operator", "switched off"])
def test_who_is_no_operator_any_more_is_out_at_once(client, olivia, fields):
    sign_in(client, olivia)
    Agent.objects.filter(pk=olivia.pk).update(**fields)
    assert not is_inside(client)
    assert "not right" in sign_in(Client(), olivia, token=code(olivia.totpdevice_set.get(), 1)).text


def test_an_agent_has_no_password_to_come_in_by(client, clock, db):
    agent = an_agent()
    TOTPDevice.objects.create(user=agent, name="authenticator app", confirmed=True)
    for password in ("", "!", agent.password):
        assert sign_in(client, agent, password=password).status_code == 200
    assert not is_inside(client)


def test_whoever_logs_out_reads_what_it_takes_to_come_back(client, olivia):
    sign_in(client, olivia)
    assert "needs your password and a code" in client.post("/admin/logout/").content.decode()


def test_logging_out_kills_the_cookie(client, olivia):
    sign_in(client, olivia)
    cookie = client.cookies["latchkey-operator"].value
    client.post("/admin/logout/")
    client.cookies["latchkey-operator"] = cookie
    assert not is_inside(client)


def test_the_code_of_an_app_registered_as_an_agent_is_no_second_factor(client, olivia):
    app = an_app(olivia)
    for steps in (0, 1):
        assert sign_in(client, olivia, token=app.code(steps)).status_code == 200
    assert not is_inside(client)


def test_recovery_and_one_time_codes_are_no_second_factor(client, olivia):
    codes = [*a_sheet(olivia), a_one_time_code(olivia, a_superuser("other@acme.example"))]
    for code in codes[-2:]:
        assert sign_in(client, olivia, token=code.replace("-", "")).status_code == 200
    assert not is_inside(client)


def test_signing_in_gives_a_new_cookie(client, olivia):
    client.get("/admin/login/")
    client.cookies["latchkey-operator"] = planted = "a" * 32
    sign_in(client, olivia)
    assert client.cookies["latchkey-operator"].value != planted


def test_the_door_sends_nobody_to_another_site(client, olivia):
    app = olivia.totpdevice_set.get()
    typed = {"username": olivia.email, "password": PASSWORD, "otp_token": code(app), "next": "https://evil.example/"}
    assert client.post("/admin/login/?next=https://evil.example/", typed)["Location"] == "/admin/"


def test_guessing_is_stopped_for_a_while_and_then_goes_on(client, olivia, clock):
    for _ in range(operator_tries.PER_ACCOUNT):
        sign_in(client, olivia, password="wrong")
    assert "Too many tries" in sign_in(client, olivia).text
    clock.shift(operator_tries.WINDOW + timedelta(seconds=1))
    assert sign_in(client, olivia).status_code == 302


def test_an_account_that_nobody_has_is_slowed_alike(client, olivia):
    for _ in range(operator_tries.PER_ACCOUNT):
        sign_in(client, olivia, email="nobody@acme.example")
    assert "Too many tries" in sign_in(client, olivia, email="nobody@acme.example").text
    assert sign_in(client, olivia).status_code == 302


def test_guessing_many_accounts_from_one_address_is_slowed(olivia):
    now = time.now()
    for nth in range(operator_tries.PER_ADDRESS):
        assert operator_tries.reserve(f"{nth}@acme.example", "192.0.2.1", now)
    assert not operator_tries.reserve("fresh@acme.example", "192.0.2.1", now)
    assert operator_tries.reserve("fresh@acme.example", "192.0.2.2", now)


def test_a_right_sign_in_forgets_the_tries_before_it(client, olivia):
    sign_in(client, olivia, password="wrong")
    sign_in(client, olivia)
    assert not OperatorTry.objects.exists()


# One-time links


def a_link(operator):
    """The path of a fresh one-time link."""
    return "/admin/enter/" + operator_links.make(operator, time.now()).rsplit("/", 1)[1]


def test_looking_at_a_link_spends_nothing_and_says_what_it_opens(client, olivia):
    link = a_link(olivia)
    pages = [client.get(link) for _ in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    assert "Olivia Operator" in pages[0].text
    assert not is_inside(client)


def test_a_link_opens_the_admin_once(client, olivia):
    link = a_link(olivia)
    assert client.post(link)["Location"] == "/admin/"
    assert is_inside(client)
    second = Client()
    assert [second.post(link).status_code, second.get(link).status_code] == [410, 410]
    assert not is_inside(second)


def test_a_link_that_is_too_old_opens_nothing(client, olivia, clock):
    link = a_link(olivia)
    clock.shift(operator_links.LIFETIME)
    assert [client.get(link).status_code, client.post(link).status_code] == [410, 410]


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_active": False}], ids=["no operator", "switched off"])
def test_a_link_for_somebody_who_is_no_operator_any_more_opens_nothing(client, olivia, fields):
    link = a_link(olivia)
    Agent.objects.filter(pk=olivia.pk).update(**fields)
    assert client.post(link).status_code == 410


def test_a_made_up_link_opens_nothing(client, db):
    assert client.post("/admin/enter/made-up").status_code == 410


def test_a_link_cannot_be_used_from_another_site(olivia):
    strict = Client(enforce_csrf_checks=True)
    link = a_link(olivia)
    assert strict.post(link).status_code == 403
    assert strict.get(link).status_code == 200


def test_no_log_line_holds_a_link(client, olivia, capsys):
    link = a_link(olivia)
    client.get(link)
    client.post(link)
    assert link.rsplit("/", 1)[1] not in "".join(capsys.readouterr())


def test_a_link_takes_over_the_browser_of_another_operator(olivia):
    other = inside(a_superuser("other@acme.example"))
    other.post(a_link(olivia))
    assert "olivia@acme.example" in other.get("/admin/").text


# An operator's own sign-in


@pytest.fixture
def newcomer(client, clock, db):
    """An operator who came by a link and has neither password nor app."""
    operator = Agent.objects.create(email="new@acme.example", full_name="Nora New", is_staff=True, is_superuser=True)
    operator.set_unusable_password()
    operator.save()
    client.post(a_link(operator))
    return operator


def set_up(client, operator, **typed):
    app = operator.totpdevice_set.get(confirmed=False)
    return client.post(OWN, {"password": PASSWORD, "token": code(app), **typed})


def test_the_first_page_tells_a_newcomer_to_set_up_a_sign_in(client, newcomer):
    assert OWN in client.get("/admin/").text.split("Do this first")[1]


def test_a_newcomer_sets_password_and_app_and_comes_back_by_them(client, newcomer, clock):
    client.get(OWN)
    assert set_up(client, newcomer)["Location"] == "/admin/"
    assert is_inside(client)
    clock.shift(timedelta(minutes=1))
    fresh = Client()
    assert sign_in(fresh, newcomer).status_code == 302
    assert is_inside(fresh)


def test_the_key_is_shown_until_it_is_proved_and_never_again(client, newcomer):
    shown = client.get(OWN).context["key"]
    assert client.get(OWN).context["key"] == shown
    set_up(client, newcomer)
    assert shown not in client.get(OWN).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"token": "000000"}, "That code isn&#x27;t right."),
        ({"password": "short"}, "too short"),
        ({"password": "new@acme.example"}, "too similar"),
    ],
)
def test_a_wrong_code_or_a_weak_password_changes_nothing(client, newcomer, typed, sentence):
    client.get(OWN)
    page = set_up(client, newcomer, **typed)
    assert sentence in page.text
    newcomer.refresh_from_db()
    assert not newcomer.has_usable_password()


def test_a_weak_password_does_not_use_up_the_code(client, newcomer):
    client.get(OWN)
    shown = code(newcomer.totpdevice_set.get())
    set_up(client, newcomer, password="short", token=shown)
    assert set_up(client, newcomer, token=shown).status_code == 302


def test_who_came_by_password_gives_it_again_to_change_it(client, olivia):
    sign_in(client, olivia)
    client.get(OWN)
    assert "That is not your present password." in set_up(client, olivia, current="wrong").text
    assert set_up(client, olivia, current=PASSWORD).status_code == 302


def test_a_new_app_ends_the_old_one_and_other_browsers(client, olivia, clock):
    old = olivia.totpdevice_set.get()
    sign_in(client, olivia)
    other = inside(olivia)
    client.get(OWN)
    set_up(client, olivia, current=PASSWORD, password="another long password")
    assert not is_inside(other)
    clock.shift(timedelta(minutes=1))
    assert sign_in(Client(), olivia, password="another long password", token=code(old)).status_code == 200
