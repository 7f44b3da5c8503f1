"""Operators set their own password and register their own authenticator app."""

from base64 import b32decode
from datetime import timedelta

import pytest
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.web.operators import recent_factor, sign_in_limits
from tests.web.conftest import inside
from tests.web.operators.conftest import PASSWORD, a_link, code, is_signed_in, sign_in

OWN = "/admin/own-sign-in/"


@pytest.fixture
def newcomer(client, clock, db):
    """An operator who came by a link and has neither password nor app."""
    operator = Agent.objects.create(email="new@acme.example", full_name="Nora New", is_staff=True, is_superuser=True)
    operator.set_unusable_password()
    operator.save()
    client.post(a_link(operator))
    return operator


def scanned(client):
    """An authenticator app that has read the square on the page."""
    key = client.get(OWN).context["key"].replace(" ", "")
    return TOTPDevice(key=b32decode(key).hex())


def send(client, **typed):
    return client.post(OWN, {"password": PASSWORD, **typed})


def set_up(client, **typed):
    return send(client, **{"token": code(scanned(client)), **typed})


def present(operator):
    """What an operator types who signed in by password, with the next code of the app that they use now."""
    return {"current": PASSWORD, "present_token": code(operator.totpdevice_set.get(), steps=1)}


def test_the_first_page_tells_a_newcomer_to_set_up_a_sign_in(client, newcomer):
    assert OWN in client.get("/admin/").text.split("To finish setting up")[1]


def test_a_newcomer_sets_password_and_app_and_comes_back_by_them(client, newcomer, clock):
    assert set_up(client)["Location"] == "/admin/"
    assert is_signed_in(client)
    clock.shift(timedelta(minutes=1))
    fresh = Client()
    assert sign_in(fresh, newcomer).status_code == 302
    assert is_signed_in(fresh)


def test_the_key_is_shown_until_it_is_proved_and_never_again(client, newcomer):
    shown = client.get(OWN).context["key"]
    assert client.get(OWN).context["key"] == shown
    set_up(client)
    assert shown not in client.get(OWN).text


def test_viewing_the_page_changes_and_records_nothing(client, newcomer):
    before = LoginEvent.objects.count()
    page = client.get(OWN)
    assert "otpauth://" in page.text
    assert (LoginEvent.objects.count(), TOTPDevice.objects.count()) == (before, 0)


def test_a_code_is_taken_as_apps_show_it_in_two_groups(client, newcomer):
    shown = code(scanned(client))
    assert set_up(client, token=f"{shown[:3]} {shown[3:]}").status_code == 302


def test_a_right_code_counts_however_many_wrong_ones_came_just_before(client, newcomer):
    for _ in range(3):
        set_up(client, token="000000")
    assert set_up(client).status_code == 302


def test_the_code_that_proved_the_app_opens_nothing_more(client, newcomer):
    shown = code(scanned(client))
    set_up(client, token=shown)
    assert sign_in(Client(), newcomer, token=shown).status_code == 200


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"token": "000000"}, "That code isn&#x27;t right."),
        ({"token": "12345"}, "The code has 6 digits."),
        ({"password": "short"}, "too short"),
        ({"password": "qwertyqwerty"}, "too common"),
        ({"password": "new@acme.example"}, "too similar"),
    ],
)
def test_a_wrong_code_or_a_weak_password_changes_nothing(client, newcomer, typed, sentence):
    page = set_up(client, **typed)
    assert sentence in page.text
    newcomer.refresh_from_db()
    assert not newcomer.has_usable_password()


def test_a_weak_password_does_not_use_up_the_code(client, newcomer):
    shown = code(scanned(client))
    set_up(client, password="short", token=shown)
    assert set_up(client, token=shown).status_code == 302


def test_an_operator_who_signed_in_by_password_repeats_it_to_change_it(client, olivia):
    sign_in(client, olivia)
    assert "That is not your current password." in set_up(client, current="wrong").text
    assert set_up(client, **present(olivia)).status_code == 302


def test_an_app_is_replaced_only_with_a_code_of_it(client, olivia):
    sign_in(client, olivia)
    old = olivia.totpdevice_set.get()
    for wrong in ("000000", ""):
        assert set_up(client, current=PASSWORD, present_token=wrong).status_code == 200
    assert olivia.totpdevice_set.get() == old
    assert "wrong code" in LoginEvent.objects.get(kind=Kind.OPERATOR_REFUSED).detail


def test_guesses_at_the_present_app_end_after_ten(client, olivia):
    sign_in(client, olivia)
    shown = code(scanned(client))
    for _ in range(sign_in_limits.PER_ACCOUNT):
        assert recent_factor.WRONG in send(client, token=shown, current=PASSWORD, present_token="000000").text
    assert "Too many tries." in set_up(client, **present(olivia)).text


def test_an_operator_who_lost_the_app_replaces_it_by_a_one_time_link(client, olivia):
    client.post(a_link(olivia))
    assert "the app you use now" not in client.get(OWN).text
    assert set_up(client).status_code == 302


def test_guesses_at_the_current_password_in_a_stolen_session_end_after_ten(client, olivia, clock):
    sign_in(client, olivia)
    shown = code(scanned(client))
    for _ in range(sign_in_limits.PER_ACCOUNT):
        assert "That is not your current password." in send(client, token=shown, current="wrong").text
    assert "Too many tries." in set_up(client, current=PASSWORD).text
    clock.shift(sign_in_limits.WINDOW)
    assert set_up(client, **present(olivia)).status_code == 302


def test_guesses_in_a_stolen_session_and_at_the_sign_in_count_together(client, olivia, clock):
    sign_in(client, olivia)
    shown = code(scanned(client))
    for _ in range(sign_in_limits.PER_ACCOUNT):
        send(client, token=shown, current="wrong")
    clock.shift(60)
    assert "Too many tries." in sign_in(Client(), olivia).text


def test_a_wrong_current_password_is_in_the_trail(client, olivia):
    sign_in(client, olivia)
    set_up(client, current="wrong")
    refused = LoginEvent.objects.get(kind=Kind.OPERATOR_REFUSED)
    assert "wrong current password" in refused.detail


def test_a_new_app_ends_the_old_one_and_other_browsers(client, olivia, clock):
    old = olivia.totpdevice_set.get()
    sign_in(client, olivia)
    other = inside(olivia)
    set_up(client, **present(olivia), password="another long password")
    assert not is_signed_in(other)
    clock.shift(timedelta(minutes=1))
    assert sign_in(Client(), olivia, password="another long password", token=code(old)).status_code == 200
