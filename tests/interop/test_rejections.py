"""Service providers reject changed, unsigned, misdirected, expired and repeated Responses."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from idp.saml.models import ServiceProvider
from tests.interop.browser import carried
from tests.interop.conftest import chosen
from tests.pretend_service import BASE_URL

SIGNATURE = re.compile(rb"<ds:Signature .*?</ds:Signature>", re.DOTALL)


@pytest.fixture
def on_its_way(service, browser):
    """The page that is about to carry a Response to the service."""
    return stopped(browser, service)


def stopped(browser, service, **wishes):
    """Sign in at a service, but stop before its Response is posted."""
    page = browser.start(service, **wishes)
    before = browser.messages()
    page = browser.ask_code(page)
    page = browser.submit(page, "code", code=browser.code(after=before))
    assert carried(page) == "SAMLResponse"
    return page


def deliver(browser, page, bend):
    """Post the Response after `bend` changed its octets."""
    xml = base64.b64decode(page.form_with("SAMLResponse").fields["SAMLResponse"])
    bent = bend(xml)
    assert bent != xml
    return browser.submit(page, "SAMLResponse", SAMLResponse=base64.b64encode(bent).decode())


def test_a_changed_name_id_is_rejected(on_its_way, service, browser):
    deliver(browser, on_its_way, lambda xml: xml.replace(b"ana@acme.example", b"eve@acme.example"))
    assert service.session(browser) is None


def test_a_response_without_signatures_is_rejected(on_its_way, service, browser):
    deliver(browser, on_its_way, lambda xml: SIGNATURE.sub(b"", xml))
    assert service.session(browser) is None


def test_a_response_for_another_service_is_rejected(service, lab, browser):
    other = lab["mellon-by-post" if service.slug != "mellon-by-post" else "mellon"]
    page = stopped(browser, other)
    page.form_with("SAMLResponse").action = ServiceProvider.objects.get(slug=service.slug).consumers.all()[0].url
    browser.submit(page, "SAMLResponse")
    assert service.session(browser) is None


def test_an_expired_response_is_rejected(service, browser):
    chosen(service, unsolicited=True)
    with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True):
        page = browser.open(f"{BASE_URL}/saml/start/{service.slug}", RelayState=service.home)
        before = browser.messages()
        page = browser.ask_code(page)
        page = browser.submit(page, "code", code=browser.code(after=before))
    assert carried(page) == "SAMLResponse"
    browser.submit(page, "SAMLResponse")
    assert service.session(browser) is None


@pytest.mark.parametrize("slug", ["shibboleth", "simplesamlphp"])  # mod_auth_mellon keeps no record of Assertions
def test_a_response_is_accepted_once(slug, lab, browser, another_browser):
    service = lab[slug]
    page = stopped(browser, service)
    browser.submit(page, "SAMLResponse")
    assert service.session(browser) is not None
    another_browser.submit(page, "SAMLResponse")
    assert service.session(another_browser) is None
