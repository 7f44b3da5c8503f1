"""Who may open the pages about a connection, how they are made, and what they ask of the database."""

import pytest
from django.contrib.auth.models import Permission
from lxml import html

from tests.web.conftest import a_superuser, inside
from tests.web.pages.connect_flex.conftest import ACCOUNT, ACS, CONNECTION, OTHER_ACS, PAGE, a_request_heard
from tests.web.seeded import a_service


@pytest.mark.parametrize("address", ["", "symptoms/", "flex/", "listening/requests/"])
def test_operators_who_may_not_add_services_see_no_page(keys, address):
    a_service()
    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    assert inside(looker).get(f"{PAGE}{address}").status_code == 403


def test_an_operator_who_may_add_but_not_change_services_connects_no_request(keys):
    adder = a_superuser("adder@acme.example", is_superuser=False)
    adder.user_permissions.set(Permission.objects.filter(codename="add_serviceprovider"))
    heard = a_request_heard()
    browser = inside(adder)
    assert f"adopt/{heard.pk}/".encode() not in browser.get(PAGE).content
    assert browser.post(f"{PAGE}adopt/{heard.pk}/").status_code == 403


def test_a_service_that_is_not_flex_has_no_page(admin):
    a_service(slug="wiki", profile="generic")
    assert admin.get(f"{PAGE}wiki/").status_code == 404


@pytest.mark.parametrize("page", ["", "flex/", "symptoms/", f"?pasted={CONNECTION}%0A{ACCOUNT}"])
def test_every_page_has_one_heading_and_a_label_for_each_field(admin, page):
    a_service()
    a_request_heard()
    shown_page = html.fromstring(admin.get(f"{PAGE}{page}").content)
    assert len(shown_page.xpath("//h1")) == 1
    content = shown_page.xpath("//div[contains(@class, 'connect')]")[0]
    filled_in = content.xpath(".//input[not(@type='hidden')] | .//textarea")
    labels = {it.get("for") for it in content.xpath(".//label")}
    assert [it.get("id") for it in filled_in if it.get("id") not in labels and it.getparent().tag != "label"] == []
    assert content.xpath(".//@onclick | .//@style") == []


def test_the_pages_take_few_queries_however_many_connections_there_are(admin, django_assert_max_num_queries):
    for nth in range(30):
        a_service(slug=f"flex-{nth}", connection=f"JQ{nth:032}")
        a_request_heard(issuer=f"urn:flex:JQ{nth:032}", acs_url=f"{ACS}{nth}", outcome=OTHER_ACS)
    for page in ("", "flex-1/", "symptoms/"):
        with django_assert_max_num_queries(12):
            admin.get(f"{PAGE}{page}")
