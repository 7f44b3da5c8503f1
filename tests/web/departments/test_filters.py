"""A supervisor at the line: filters and searches say nothing of other departments, and nobody's spell out secrets."""

import re

import pytest
from django.contrib.admin import autodiscover, site

from idp.web.admin.trail import searching
from tests.web.departments.forged import STRANGE
from tests.web.people_form import DEVICES, LIST

pytestmark = pytest.mark.each_database


def test_no_filter_in_the_address_reaches_over(place):
    ben, other = place.ben, place.other.pk
    asked = [f"{LIST}?{it}" for it in (f"department__id={other}", f"department__id__exact={other}", f"id={ben.pk}")]
    asked += [f"{LIST}?{it}" for it in ("roles__role=agent", "email__startswith=agent-2", f"id__in={ben.pk}")]
    asked += [f"{page}?agent={ben.pk}" for page in (DEVICES, "/admin/audit/loginevent/")]
    asked += [f"{LIST}{ben.pk}/change/?_to_field=id", f"{LIST}agent-2@acme.example/change/?_to_field=email"]
    assert [it for it in asked for word in STRANGE[:2] if word in place.browser.get(it).text] == []


@pytest.mark.parametrize("asked", ["password__startswith=", "password__regex=.", "department__agents__full_name=Ben"])
def test_no_filter_reveals_a_hidden_column(place, admin, asked):
    assert {place.browser.get(f"{LIST}?{asked}").status_code, admin.get(f"{LIST}?{asked}").status_code} == {400}


KEPT_BACK = {
    "otp_totp/totpdevice": ("key",),
    "keys/signingkey": ("private_key",),
    "native/client": ("secret_hash",),
    "scim/personnelsystem": ("secret_hash",),
    "webhooks/webhook": ("sealed_secret", "sealed_former_secret"),
    "sso_sessions/ssosession": ("secret_hash",),
    "saml/issuedassertion": ("response", "name_id"),
    "saml/logoutnotice": ("name_id",),
    "otp/safelisting": ("number",),
    "otp/verification": ("counted_as", "asked_by"),
    "agents/device": ("secret_hash", "push_address", "replaced_by"),
    "agents/agent": ("password",),
}


def test_no_filter_reveals_secrets_or_values_sent_to_a_service(admin):
    asked = [f"/admin/{page}/?{column}__startswith=a" for page, columns in KEPT_BACK.items() for column in columns]
    assert {it: admin.get(it).status_code for it in asked} == dict.fromkeys(asked, 400)


def test_every_column_named_like_a_secret_is_hidden():
    autodiscover()
    columns = {
        (f"{model._meta.app_label}/{model._meta.model_name}", column.name)
        for model in site._registry
        for column in model._meta.concrete_fields
        if re.search("secret|password|private|sealed|hash|^response$|push_address", column.name)
        and not column.name.endswith("_at")
    }
    assert columns <= {(page, column) for page, its in KEPT_BACK.items() for column in its}


def test_a_search_of_the_trail_reveals_no_email_of_another_department(place, admin):
    page = "/admin/audit/loginevent/"
    admin.post(f"{LIST}{place.ana.pk}/one-time-code/", {"reason": "SIM broken"})
    found = {it: place.browser.get(f"{page}?{it}").context["cl"].result_count for it in ("q=olivia%40", "by=olivia%40")}
    assert found == {"q=olivia%40": 0, "by=olivia%40": 0}
    assert place.browser.get(f"{page}?by=olivia").context["cl"].result_count == 1
    assert admin.get(f"{page}?by=olivia%40").context["cl"].result_count > 0


def test_a_search_of_the_trail_does_not_count_everybody(place, monkeypatch):
    monkeypatch.setattr(searching, "MOST_LISTED", 1)
    assert "more than 1 people" not in place.browser.get("/admin/audit/loginevent/?q=acme").text
