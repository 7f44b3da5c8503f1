"""One-time links into the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django_otp.plugins.otp_static.models import StaticDevice

from idp.agents.models import Agent
from idp.web.operators.links import LIFETIME, LINK_FACTOR
from tests.web.conftest import a_superuser, inside
from tests.web.operators.conftest import a_link, is_signed_in

YEAR = timedelta(days=365)


def test_looking_at_a_link_spends_nothing_and_says_what_it_opens(client, olivia):
    link = a_link(olivia)
    pages = [client.get(link) for _ in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    assert "Olivia Operator" in pages[0].text
    assert not is_signed_in(client)


def test_a_link_opens_the_admin_once(client, olivia):
    link = a_link(olivia)
    assert client.post(link)["Location"] == "/admin/"
    assert is_signed_in(client)
    second = Client()
    assert [second.post(link).status_code, second.get(link).status_code] == [410, 410]
    assert not is_signed_in(second)


def test_a_link_opens_the_admin_although_two_used_at_once_left_two_factors(client, olivia):
    for _ in range(2):
        StaticDevice.objects.create(user=olivia, name=LINK_FACTOR, confirmed=True)
    assert client.post(a_link(olivia))["Location"] == "/admin/"
    assert is_signed_in(client)


def test_a_link_that_is_too_old_opens_nothing(client, olivia, clock):
    link = a_link(olivia)
    clock.shift(LIFETIME)
    assert [client.get(link).status_code, client.post(link).status_code] == [410, 410]


def test_a_link_that_a_clock_a_year_ahead_made_opens_nothing_once_it_is_set_back(client, olivia, clock):
    clock.shift(YEAR)
    link = a_link(olivia)
    clock.shift(-YEAR)
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
