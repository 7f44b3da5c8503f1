"""Signing out at other products' service providers, and of all of them."""

import pytest
from django.core.management import call_command
from lxml import etree

from idp import background
from idp.saml import names
from idp.saml.documents.schemas import Schema, validate
from idp.saml.logout import delivery
from idp.saml.models import LogoutEndpoint, LogoutNotice
from idp.saml.models.logout import Outcome
from idp.sessions.models import SsoSession
from tests.interop.browser import carried
from tests.interop.conftest import PRODUCTS
from tests.pretend_service import BASE_URL, statuses

ALL = tuple(product.slug for product in PRODUCTS)


@pytest.fixture
def everywhere(lab, browser):
    """The services that this browser is signed in at: all of them."""
    services = [lab[slug] for slug in ALL]
    for it in services:
        browser.begin(it)
        assert it.session(browser) is not None
    return services


@pytest.fixture
def sent_by_soap(monkeypatch):
    """The messages that go from server to server, each valid by its schema."""
    seen, exchange = [], delivery._exchange

    def look(url, body, headers):
        message = etree.fromstring(body).find(f"{{{names.SOAP_ENVELOPE}}}Body")[0]
        validate(message, Schema.PROTOCOL)
        seen.append(message)
        return exchange(url, body, headers)

    monkeypatch.setattr(delivery, "_exchange", look)
    return seen


def last_status(browser):
    """The status of the LogoutResponse that came last."""
    root = etree.fromstring(browser.seen[-1])
    assert root.tag == f"{{{names.PROTOCOL}}}LogoutResponse"
    return statuses(root)


def test_signing_out_at_a_service_signs_out_there_and_at_latchkey(service, browser):
    browser.begin(service)
    browser.end(service)
    assert last_status(browser) == [names.SUCCESS]
    assert service.session(browser) is None
    assert not SsoSession.objects.filter(ended_at__isnull=True).exists()
    assert browser.start(service).form_with("identifier") is not None


def test_signing_out_by_post_gets_a_response(lab, browser):
    service = lab["shibboleth"]
    browser.begin(service)
    page = browser.open(service.sign_out_address(by_post=True))
    assert page.form_with("SAMLRequest") is not None
    browser.follow(page)
    assert last_status(browser) == [names.SUCCESS]
    assert service.session(browser) is None


def test_a_service_that_wants_no_answer_gets_none(lab, everywhere, browser):
    page = browser.open(lab["shibboleth"].at("/Shibboleth.sso/LogoutUnanswered"))
    assert browser.follow(page).heading == "You are signed out"
    assert [it.session(browser) for it in everywhere] == [None] * len(ALL)


def test_signing_out_at_one_service_signs_out_of_the_others(service, everywhere, browser):
    page = browser.end(service)
    assert [it.session(browser) for it in everywhere] == [None] * len(ALL)
    assert last_status(browser) == [names.SUCCESS]
    assert page.url.startswith(service.place.url)


def test_signing_out_at_latchkey_signs_out_of_all_services(everywhere, browser):
    page = browser.follow(browser.submit(browser.open(f"{BASE_URL}/me"), "out", out="here"))
    assert [it.session(browser) for it in everywhere] == [None] * len(ALL)
    assert page.heading == "You are signed out"
    assert set(LogoutNotice.objects.values_list("outcome", flat=True)) == {Outcome.ENDED}


def test_a_phone_that_an_operator_signs_out_is_signed_out_at_every_service(everywhere, browser, sent_by_soap):
    call_command("revoke_device", "ana@acme.example")
    background.settle()
    assert [it.session(browser) for it in everywhere] == [None] * len(ALL)
    outcomes = dict(LogoutNotice.objects.values_list("service_provider__slug", "outcome"))
    assert len(sent_by_soap) == len(ALL)
    # SimpleSAMLphp 1.19 ends the session, then fails over its own answer.
    assert outcomes == {"mellon": Outcome.ENDED, "shibboleth": Outcome.ENDED, "simplesamlphp": Outcome.TOLD}


def test_a_service_gets_a_partial_logout_if_flex_could_not_be_notified(service, browser):
    browser.sign_in()
    browser.begin(service)
    page = browser.end(service)
    assert last_status(browser) == [names.SUCCESS, names.PARTIAL_LOGOUT]
    assert service.session(browser) is None
    assert page.status == 200


@pytest.mark.parametrize("slug", ["shibboleth", "simplesamlphp"])
def test_a_service_that_accepts_only_posts_gets_requests_and_responses_by_post(slug, lab, browser):
    LogoutEndpoint.objects.exclude(binding=names.HTTP_POST).delete()
    service = lab[slug]
    browser.begin(service)
    browser.end(service)
    assert last_status(browser) == [names.SUCCESS]
    browser.begin(service)
    page = browser.submit(browser.open(f"{BASE_URL}/me"), "out", out="here")
    assert carried(page) == "SAMLRequest"
    assert browser.follow(page).heading == "You are signed out"
    assert service.session(browser) is None


@pytest.mark.parametrize(
    ("binding", "slugs"),
    [(names.HTTP_POST, ("shibboleth", "simplesamlphp")), (names.HTTP_REDIRECT, ALL)],
    ids=["POST", "Redirect"],
)
def test_a_service_without_soap_signs_out_at_its_address_for_browsers(binding, slugs, lab, browser):
    LogoutEndpoint.objects.exclude(binding=binding).delete()
    for slug in slugs:
        browser.begin(lab[slug])
    call_command("revoke_device", "ana@acme.example")
    background.settle()
    assert [lab[slug].session(browser) for slug in slugs] == [None] * len(slugs)
    assert set(LogoutNotice.objects.values_list("outcome", flat=True)) == {Outcome.TOLD}
