"""Logout messages that no honest service sends: each is rejected with a page, and everybody stays signed in."""

import base64
from datetime import timedelta
from urllib.parse import quote, quote_plus

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.models import Logout, LogoutNotice, ObeyedLogoutRequest, ServiceProvider
from tests.conftest import NOW
from tests.hostile import raw_http
from tests.hostile.authn_requests import by_redirect as to_sso
from tests.pretend_service import BASE_URL, SLO, PretendService
from tests.saml.keys import a_pair
from tests.saml.logout.peer import a_logout_response, a_signed_redirect
from tests.saml.messages import FORM, a_body, a_query, deflate, signed
from tests.saml.wrapping import HIDDEN

STALE, MISSING = "saml_stale_request", "saml_missing_signature"
UNKNOWN_KEY, DENIED = "saml_unknown_signing_key", "saml_denied_algorithm"
WRITTEN = (Logout, LogoutNotice, ObeyedLogoutRequest)
DTD = b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.fixture
def shifts(flex):
    return PretendService("shifts")


@pytest.fixture
def told(outcome, phone, shifts):
    """Ana, signed in at a service; what is looked at from here on is the attack."""
    told = shifts.sign_in(phone)
    outcome.start()
    return told


def by_redirect(query):
    return raw_http.send(BASE_URL, b"/saml/slo?" + (query if isinstance(query, bytes) else query.encode("latin-1")))


def by_post(body, content_type=FORM):
    return raw_http.send(BASE_URL, "/saml/slo", method="POST", headers={"Content-Type": content_type}, body=body)


def refused(outcome, page, status, code):
    outcome.refused(page, status, code)
    assert not any(it.objects.exists() for it in WRITTEN)


def at(**away):
    return f"{NOW + timedelta(**away):%Y-%m-%dT%H:%M:%SZ}"


MALFORMED = {
    "nothing": "",
    "no base64": "SAMLRequest=%21%21",
    "plain XML": lambda xml: f"SAMLRequest={quote(base64.b64encode(xml).decode(), safe='')}",
    "a bomb": lambda _: f"SAMLRequest={quote(base64.b64encode(deflate(b' ' * 20_000_000)).decode(), safe='')}",
    "a DTD": lambda xml: a_query(DTD + xml),
    "the message twice": lambda xml: f"{a_query(xml)}&{a_query(xml)}",
    "a request beside a response": lambda xml: f"{a_query(xml)}&SAMLResponse=abcd",
    "a respelt name": lambda xml: a_query(xml).replace("SAMLRequest", "SAML%52equest"),
    "an AuthnRequest": lambda xml: a_query(xml.replace(b"LogoutRequest", b"AuthnRequest")),
    "a NameID that is not there": lambda xml: a_query(xml.replace(b"saml:NameID", b"saml:Nothing")),
}


@pytest.mark.parametrize("make", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_message_ends_nothing(outcome, shifts, told, make):
    query = make(shifts.logout_request(told)) if callable(make) else make
    page = by_redirect(query)
    assert page.status in {400, 413}
    outcome.error_page(page, page.status)
    outcome.nothing_written()
    assert not any(it.objects.exists() for it in WRITTEN)


BENT = {
    "from 5:01 ago": ({"IssueInstant": at(minutes=-5, seconds=-1)}, STALE),
    "from 5:01 ahead": ({"IssueInstant": at(minutes=5, seconds=5)}, STALE),
    "over its own end": ({"NotOnOrAfter": at(minutes=-6)}, STALE),
    "without Z": ({"IssueInstant": "2026-11-21T09:00:00"}, STALE),
    "meant for another address": ({"Destination": f"{SLO}/"}, "saml_wrong_destination"),
    "meant for nobody": ({"Destination": None}, "saml_wrong_destination"),
}


@pytest.mark.parametrize(("bent", "code"), BENT.values(), ids=BENT)
def test_a_signed_request_that_is_stale_or_misdirected_ends_nothing(outcome, shifts, told, bent, code):
    refused(outcome, by_redirect(shifts.logout_url(told, **bent).partition("?")[2]), 400, code)


def unsigned(shifts, told):
    return by_redirect(a_query(shifts.logout_request(told)))


def unsigned_by_post(shifts, told):
    return by_post(a_body(shifts.logout_request(told)))


def with_an_unknown_key(shifts, told):
    return by_redirect(a_signed_redirect(shifts.logout_request(told), a_pair("stranger")))


def with_relay_state_added(shifts, told):
    return by_redirect(shifts.logout_url(told).partition("?")[2] + "&RelayState=x")


def with_sha1(shifts, told):
    query = a_signed_redirect(shifts.logout_request(told), shifts.pair, algorithm=f"{names.SIGNATURE}rsa-sha1")
    return by_redirect(query)


def with_a_changed_name(shifts, told):
    body = signed(shifts.logout_request(told), shifts.pair).replace(told.name_id.encode(), b"somebodyelse")
    return by_post(a_body(body))


BADLY_SIGNED = [
    (unsigned, MISSING),
    (unsigned_by_post, MISSING),
    (with_an_unknown_key, UNKNOWN_KEY),
    (with_relay_state_added, UNKNOWN_KEY),
    (with_sha1, DENIED),
    (with_a_changed_name, UNKNOWN_KEY),
]


@pytest.mark.parametrize(("send", "code"), BADLY_SIGNED, ids=[it.__name__ for it, _ in BADLY_SIGNED])
def test_a_badly_signed_request_ends_nothing(outcome, shifts, told, send, code):
    refused(outcome, send(shifts, told), 400, code)


@pytest.mark.parametrize("rule", ["verify", "ignore"])
def test_logout_requests_must_be_signed_even_if_sign_in_requests_need_not(outcome, shifts, told, rule):
    ServiceProvider.objects.filter(slug="shifts").update(request_signature=rule)
    refused(outcome, unsigned(shifts, told), 400, MISSING)


@pytest.mark.parametrize("hide", HIDDEN, ids=[it.__name__ for it in HIDDEN])
def test_a_genuine_request_hidden_under_a_forged_one_ends_nothing(outcome, shifts, told, hide):
    genuine = etree.fromstring(signed(shifts.logout_request(told, ID="_genuine"), shifts.pair))
    forged = etree.fromstring(shifts.logout_request(told, ID="_forged", index=None))
    page = by_post(a_body(etree.tostring(hide(forged, genuine))))
    assert page.status == 400
    outcome.nothing_written()
    assert not any(it.objects.exists() for it in WRITTEN)


def test_a_request_of_an_unknown_or_switched_off_service_ends_nothing(outcome, shifts, told):
    address = shifts.logout_url(told).partition("?")[2]
    ServiceProvider.objects.filter(slug="shifts").update(enabled=False)
    refused(outcome, by_redirect(address), 403, "saml_unknown_service_provider")


def test_an_unsolicited_logout_response_is_rejected(outcome, shifts, told):
    xml = a_logout_response(issuer=shifts.issuer, ID="_x", Destination=SLO, IssueInstant=at())
    query = a_signed_redirect(xml, shifts.pair, "SAMLResponse")
    refused(outcome, by_redirect(query), 400, "saml_unexpected_logout_response")


def test_a_logout_request_at_the_sign_in_address_is_rejected(outcome, shifts, told):
    query = shifts.logout_url(told).partition("?")[2]
    assert to_sso(query).status == 400
    outcome.nothing_written()


START = {
    "a long RelayState": ("?RelayState=" + "x" * 4097, 400),
    "RelayState twice": ("?RelayState=a&RelayState=b", 400),
    "a request beside": ("?SAMLRequest=abcd", 400),
    "a respelt name": ("?Relay%53tate=a", 400),
    "an unknown service": ("-nobody", 404),
}


@pytest.mark.parametrize(("tail", "status"), START.values(), ids=START)
def test_a_malformed_sign_in_from_latchkey_is_rejected(outcome, flex, tail, status):
    ServiceProvider.objects.filter(slug="flex").update(unsolicited=True)
    page = raw_http.send(BASE_URL, f"/saml/start/flex{tail}")
    outcome.error_page(page, status)
    outcome.nothing_written()


@pytest.mark.parametrize("fields", [{"unsolicited": False}, {"unsolicited": True, "enabled": False}])
def test_a_service_that_may_not_be_opened_from_latchkey_looks_unknown(outcome, flex, fields):
    ServiceProvider.objects.filter(slug="flex").update(**fields)
    outcome.refused(raw_http.send(BASE_URL, "/saml/start/flex"), 404, "saml_nothing_to_start")


@pytest.mark.parametrize("escape", [quote, quote_plus])
def test_a_valid_logout_is_accepted_with_any_url_escaping(outcome, shifts, told, escape):
    query = a_signed_redirect(shifts.logout_request(told), shifts.pair, relay_state="a b/c", escape=escape)
    assert by_redirect(query).status == 302
