"""What operators find in the admin: lists by the names that lead to them, and in empty ones what fills them."""

import pytest
from lxml import html

from idp.agents import devices
from idp.agents.models import Department, Reason
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.web.site import contents
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE
from tests.web.seeded import a_service

DEPARTMENTS = "/admin/agents/department/"
SERVICES = "/admin/saml/serviceprovider/"
DEPARTMENTS = "/admin/agents/department/"
SERVICES = "/admin/saml/serviceprovider/"
NEVER_EMPTY = {"policies.AccessRule", "policies.PolicyRevision", "policies.TimeoutPolicy"}


def test_every_list_that_may_be_empty_says_what_fills_it():
    listed = {label for models in contents.SECTIONS.values() for label in models}
    assert listed - NEVER_EMPTY == contents.EMPTY_TEXTS.keys()


def test_an_action_after_a_list_is_one_link_without_view_next_to_it(admin):
    page = admin.get("/admin/").text
    assert page.count('href="/admin/everyone-out/"') == 1


def test_an_empty_list_says_what_fills_it_and_one_that_found_nothing_does_not(admin):
    sentence = contents.EMPTY_TEXTS["webhooks.Webhook"]
    assert sentence in admin.get("/admin/webhooks/webhook/").text
    assert sentence not in admin.get("/admin/webhooks/webhook/?q=nothing-is-called-so").text


def test_deleting_shows_the_consequence_and_the_rows_first(admin):
    support = Department.objects.create(name="Support")
    page = f"{DEPARTMENTS}{support.pk}/delete/"
    said = admin.get(page).text
    assert "Access rules that name it will match nobody." in said
    assert ">Delete Support</button>" in said
    assert f'href="{DEPARTMENTS}{support.pk}/change/">Cancel</a>' in said  # without script too
    admin.post(page, {"post": "yes"})
    assert not Department.objects.exists()


def test_a_row_in_use_names_its_users_instead_of_a_missing_right(admin):
    agent = an_agent()
    agent.department = Department.objects.create(name="Support")
    agent.save()
    said = admin.get(f"{DEPARTMENTS}{agent.department.pk}/delete/").text
    assert "Support cannot be deleted while these need it:" in said
    assert agent.full_name in said
    assert "permission" not in said


def test_deleting_several_can_be_left_without_script_too(admin):
    support = Department.objects.create(name="Support")
    chosen = {"action": "delete_selected", "_selected_action": [support.pk]}
    assert '<a class="plain" href="">Cancel</a>' in admin.post(DEPARTMENTS, chosen).text
    admin.post(DEPARTMENTS, chosen | {"post": "yes"})
    assert not Department.objects.exists()


def test_a_session_says_in_words_why_it_ended(admin):
    device = devices.enrol(an_agent(), IPHONE, None, NOW).device
    sessions.open_session(device, OpenedBy.CODE, NOW)
    sessions.end([device.pk], Reason.EVERYONE, NOW)
    page = admin.get("/admin/sso_sessions/ssosession/").text
    assert '<td class="field-end_reason">everyone was signed out</td>' in page


@pytest.mark.parametrize(("page", "then"), [("change", []), ("history", ["History"]), ("delete", ["Delete"])])
def test_the_pages_of_a_row_lead_back_to_its_list_by_the_name_that_led_there(admin, keys, page, then):
    service = a_service()
    (way,) = html.fromstring(admin.get(f"{SERVICES}{service.pk}/{page}/").text).find_class("breadcrumbs")
    assert [" ".join(it.split()) for it in way.text_content().split("\u203a")] == [
        "Home",
        "Services, such as Flex",
        service.name,
        *then,
    ]
    assert [it.get("href") for it in way.iter("a")][:2] == ["/admin/", SERVICES]


def test_the_page_that_adds_a_row_leads_to_its_list_too(admin, keys):
    (way,) = html.fromstring(admin.get(f"{SERVICES}add/").text).find_class("breadcrumbs")
    assert " ".join(way.text_content().split()) == "Home \u203a Services, such as Flex \u203a Add service"
