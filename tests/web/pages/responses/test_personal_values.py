"""Personal values on the pages about answers: hidden until shown, and each showing is told."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from idp.audit.models import Kind, LoginEvent
from idp.saml.models import ReleasedAttribute
from tests.web.conftest import a_superuser, inside
from tests.web.pages.responses.conftest import CHECK, WOULD, answered, page_of


def somebody(*permissions):
    """An operator who may do just that."""
    operator = a_superuser("half@acme.example", is_superuser=False)
    operator.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return inside(operator)


def test_personal_values_are_hidden_until_shown(admin, sp, ana):
    issued = answered(sp, ana)
    page = admin.get(page_of(issued)).text
    assert issued.name_id not in page
    assert "ana@acme.example" not in page
    assert "<bdi>agent</bdi>" in page  # a role says nothing about a person
    shown = admin.post(page_of(issued)).text
    assert shown.count(issued.name_id) == 2
    assert shown.count("ana@acme.example") == 2
    assert issued.name_id not in admin.get(page_of(issued)).text


def test_digests_of_hidden_values_are_hidden_too(admin, sp, ana):
    issued = answered(sp, ana)
    digests = [part.split("<")[0] for part in issued.response.split("DigestValue>")[1::2]]
    assert len(digests) == 2
    assert not any(it in admin.get(page_of(issued)).text for it in digests)
    assert all(it in admin.post(page_of(issued)).text for it in digests)


def test_showing_personal_values_is_recorded_with_the_operators_name(admin, sp, ana):
    issued = answered(sp, ana)
    admin.get(page_of(issued))
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()
    admin.post(page_of(issued))
    line = LoginEvent.objects.get(kind=Kind.VALUES_SHOWN)
    assert (line.agent, line.service) == (ana, "flex")
    assert line.detail == f"to Olivia Operator: {issued.assertion_id}"


def test_no_link_shows_personal_values(admin, sp, ana):
    issued = answered(sp, ana)
    for query in ("?show=yes", "?show", "?masked=0"):
        assert issued.name_id not in admin.get(page_of(issued) + query).text


def test_showing_personal_values_takes_the_forms_csrf_token(operator, sp, ana):
    browser = inside(operator)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(page_of(answered(sp, ana))).status_code == 403
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()


def test_fixed_values_and_values_next_to_a_role_are_hidden_too(admin, sp, ana):
    ReleasedAttribute.objects.create(
        service_provider=sp, name="team.stringarray", source="fixed", fixed="agent\nSecret"
    )
    page = admin.get(page_of(answered(sp, ana))).text
    assert "Secret" not in page


def test_an_operator_who_may_see_answers_but_not_agents_sees_no_personal_values(sp, ana):
    issued = answered(sp, ana)
    browser = somebody("view_issuedassertion")
    page = browser.get(page_of(issued))
    assert page.status_code == 200
    assert "Show personal values" not in page.text
    assert issued.name_id not in page.text
    assert browser.post(page_of(issued)).status_code == 403
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()


@pytest.mark.parametrize(
    "permissions",
    [[], ["view_agent", "view_serviceprovider"], ["view_issuedassertion"]],
    ids=["none", "others", "half"],
)
def test_an_operator_with_half_the_rights_gets_no_page(sp, ana, permissions):
    issued = answered(sp, ana)
    browser = somebody(*permissions)
    pages = [WOULD, CHECK.format("flex")] + ([page_of(issued)] if "view_issuedassertion" not in permissions else [])
    for page in pages:
        assert (page, browser.get(page).status_code, browser.post(page).status_code) == (page, 403, 403)


def test_without_a_second_factor_every_page_redirects_to_the_login(operator, sp, ana):
    browser = Client()
    browser.force_login(operator)
    for page in (page_of(answered(sp, ana)), WOULD, CHECK.format("flex")):
        for response in (browser.get(page), browser.post(page)):
            assert (response.status_code, response["Location"].startswith("/admin/login/")) == (302, True)


def test_the_list_of_answers_hides_the_name_id_too(admin, sp, ana):
    issued = answered(sp, ana)
    page = admin.get(f"/admin/saml/issuedassertion/{issued.pk}/change/").text
    assert issued.assertion_id in page
    assert issued.name_id not in page


def test_no_signature_value_is_on_the_page(admin, sp, ana):
    issued = answered(sp, ana)
    assert "blank: it is never kept" in admin.post(page_of(issued)).text
