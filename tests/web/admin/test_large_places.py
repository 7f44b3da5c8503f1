"""Pages of a large place: what would take long to count is counted when somebody asks for it, and lists have an end."""

import pytest
from lxml import html

from idp.otp.safe_list import listings
from idp.web import services_offered
from idp.web.admin.base import filters
from tests.conftest import an_agent
from tests.web.pages.policy.rule_pages import the_form
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database

NOBODYS = "No service has this short name."
COUNT_NOW = "count now"


@pytest.fixture
def many_agents(monkeypatch, db, keys, clock):
    monkeypatch.setattr(listings, "COUNTED_AT_ONCE", 2)
    return [an_agent(f"+120155501{nth:02}", f"agent{nth}@acme.example") for nth in range(3)]


@pytest.fixture
def many_services(monkeypatch, db, keys, clock):
    monkeypatch.setattr(services_offered, "MOST", 1)
    a_service("rota", "JQ" + "2" * 32, name="Rota")
    a_service("flex", name="Flex")


def test_the_safe_list_counts_many_numbers_only_when_asked(many_agents, admin):
    page = admin.get("/admin/safe-list/").text
    assert COUNT_NOW in page
    assert "Put all new numbers on the list" in page
    page = admin.get("/admin/safe-list/", {"count": "all"}).text
    assert COUNT_NOW not in page
    assert "Put 3 on the list" in page


def test_few_numbers_are_counted_at_once(many_agents, admin):
    many_agents[0].numbers.all().delete()
    page = admin.get("/admin/safe-list/").text
    assert COUNT_NOW not in page
    assert "Put 2 on the list" in page


def test_with_many_services_the_dashboard_asks_for_the_short_name(many_services, admin):
    field = html.fromstring(admin.get("/admin/", {"service": "rota"}).content).find(".//*[@id='service']")
    assert (field.tag, field.get("value")) == ("input", "rota")
    field = html.fromstring(admin.get("/admin/", {"service": "nobody's"}).content).find(".//*[@id='service']")
    assert field.get("value") == ""


def test_with_many_services_the_sign_in_checks_ask_for_the_short_name(many_services, admin):
    page = admin.get(f"/admin/agents/agent/{an_agent().pk}/why/", {"service": "rota"})
    assert page.context["judged"].service == "Rota"
    field = html.fromstring(page.content).find(".//*[@name='service']")
    assert (field.tag, field.get("value")) == ("input", "rota")


def test_a_short_name_of_no_service_judges_for_the_usual_one(many_services, admin):
    page = admin.get(f"/admin/agents/agent/{an_agent().pk}/why/", {"service": "nobody's"})
    assert page.context["judged"].service == "Flex"


def test_with_many_services_a_rule_is_tried_at_one_by_short_name(many_services, admin):
    address = "/admin/policies/accessrule/"
    field = html.fromstring(admin.get(address).content).find(".//*[@name='try-service']")
    assert (field.tag, field.get("value")) == ("input", "flex")
    form = the_form(admin.get(address)) | {"act": "try"}
    assert NOBODYS in admin.post(address, form | {"try-service": "nobody's"}).text
    assert NOBODYS not in admin.post(address, form | {"try-service": "rota"}).text


def test_a_list_offers_the_first_services_as_filters(many_services, admin, monkeypatch):
    monkeypatch.setattr(filters.ServiceFilter, "MOST", 2)
    a_service("zoo", "JQ" + "3" * 32, name="Zoo")
    page = admin.get("/admin/saml/issuedassertion/").text
    assert ("Rota" in page, "Zoo" in page) == (True, False)


def test_with_many_services_the_trail_asks_for_the_short_name(many_services, admin):
    page = html.fromstring(admin.get("/admin/audit/loginevent/", {"service": "rota"}).content)
    (field,) = page.iterfind(".//input[@name='service'][@type='text']")
    assert field.get("value") == "rota"


def test_with_a_few_services_the_trail_offers_all(many_services, admin, monkeypatch):
    monkeypatch.setattr(services_offered, "MOST", 2)
    page = admin.get("/admin/audit/loginevent/").text
    assert ("?service=flex" in page, "?service=rota" in page) == (True, True)
