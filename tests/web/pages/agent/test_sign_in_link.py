"""The link at which an agent starts a sign-in, with its QR code."""

from django.test import Client

from idp.web import qr
from tests.web.pages.agent.agent_page import url, words
from tests.web.seeded import a_service


def test_the_link_names_the_service_and_nobody(admin, agent):
    a_service(unsolicited=True)
    page = admin.get(url(agent, "sign-in-link"))
    [link] = page.context["links"]
    assert link.address.endswith("/saml/start/flex")
    assert link.qr_code == qr.drawn(link.address)
    assert "<svg" in page.text
    assert Client().get("/saml/start/flex").status_code == 303


def test_a_service_that_begins_its_sign_ins_itself_has_no_link(admin, agent):
    a_service()
    page = words(admin.get(url(agent, "sign-in-link")))
    assert "No service may be opened from here yet" in page
    assert "Flex starts its sign-ins itself. Tick “may be opened from here” to allow it" in page
