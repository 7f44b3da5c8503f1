"""No page is a dead end: whoever is stuck has a reference to give and a button to press, in their language."""

import pytest
from lxml import html

DEAD_ENDS = [
    "/nowhere",
    "/me",
    "/saml/sso",
    "/saml/sso?SAMLRequest=torn",
    "/saml/start/nothing",
    "/login/00000000-0000-4000-8000-000000000001",
]


def buttons(answer):
    page = html.fromstring(answer.content)
    return {it.get("href"): it.text_content() for it in page.xpath("//main//a[@class='button']")}


@pytest.mark.parametrize("address", DEAD_ENDS)
def test_an_error_has_a_reference_and_one_button_that_leads_to_where_all_begins(client, db, address):
    answer = client.get(address, headers={"Accept-Language": "fr"})
    assert answer.status_code >= 400
    assert answer["X-Reference"] in answer.content.decode()
    assert buttons(answer) == {"/": "Recommencer"}


def test_an_error_of_the_admin_leads_back_to_the_admin(client, db):
    assert buttons(client.get("/admin/enter/none")) == {"/admin/": "Start again"}


def test_without_templates_an_error_page_still_has_a_link(client, db, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]
    assert '<a href="/">' in client.get("/nowhere").content.decode()


def test_an_agent_who_signed_out_can_sign_in_again(client, db):
    answer = client.post("/me", {"out": "here"}, headers={"Accept-Language": "de"})
    assert buttons(answer) == {"/": "Wieder anmelden"}
