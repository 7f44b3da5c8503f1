"""Responses to requests with special wishes, with RelayState, and with unknown form fields."""

from datetime import timedelta

import pytest

from idp.demo.sp.flavours import ENHANCED
from idp.saml import names
from idp.saml.models import IssuedAssertion, ServiceProvider, SubjectName
from tests.hostile.authn_requests import link
from tests.hostile.responses import response_on
from tests.hostile.typing_codes import BEN, at_the_code, give
from tests.phone import NUMBER

pytestmark = pytest.mark.any_database

FORMAT = '<samlp:NameIDPolicy Format="{}"/>'
CONTEXT = (
    "<samlp:RequestedAuthnContext{}><saml:AuthnContextClassRef>{}</saml:AuthnContextClassRef>"
    "</samlp:RequestedAuthnContext>"
)
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
KERBEROS = "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"


def signed_in(phone, page):
    before = phone.messages()  # the next text goes out beside the page
    return response_on(give(phone, phone.ask_code(page), phone.code(after=before)))


@pytest.fixture
def strict_sp(flex):
    """A service provider whose RequestedAuthnContext binds; Flex's does not."""
    ServiceProvider.objects.filter(slug="flex").update(requested_context="honour")


BAD_FORMAT = [names.REQUESTER, names.INVALID_NAME_ID_POLICY]
NO_CONTEXT = [names.RESPONDER, names.NO_AUTHN_CONTEXT]
UNMET = {
    "a NameID format": (FORMAT.format(KERBEROS), BAD_FORMAT),
    "another's NameIDs": ('<samlp:NameIDPolicy SPNameQualifier="urn:example:other"/>', BAD_FORMAT),
    "a password": (CONTEXT.format("", PASSWORD), NO_CONTEXT),
    "better than all": (CONTEXT.format(' Comparison="better"', names.MOBILE_TWO_FACTOR_UNREGISTERED), NO_CONTEXT),
}


@pytest.mark.parametrize(("inner", "status"), UNMET.values(), ids=UNMET)
def test_a_request_that_cannot_be_met_gets_an_error_without_an_assertion(outcome, phone, strict_sp, inner, status):
    response = response_on(phone.open(link(inner)))
    assert response.status == status
    assert response.assertions == 0
    outcome.nothing_written()


def test_a_request_that_can_be_met_gets_an_assertion(outcome, phone, strict_sp):
    inner = FORMAT.format(names.UNSPECIFIED) + CONTEXT.format("", names.MOBILE_ONE_FACTOR_CONTRACT)
    assert signed_in(phone, phone.open(link(inner))).assertions == 1


def test_force_authn_requires_a_code_despite_a_session_and_a_token(outcome, phone, clock):
    first = response_on(give(phone, at_the_code(phone), phone.code()))
    clock.shift(timedelta(minutes=30))
    page = phone.open(link(ForceAuthn="true", IssueInstant="2026-11-21T09:30:00Z"))
    assert page.form_with("identifier") is not None
    again = signed_in(phone, page)
    assert again.instants("AuthnInstant")[0] - first.instants("AuthnInstant")[0] >= timedelta(minutes=30)


@pytest.mark.parametrize("value", ["true", "1"])
def test_a_passive_request_gets_the_same_answer_for_strangers_and_signed_out_agents(
    outcome, phone, android, clock, value
):
    phone.sign_in()
    android.sign_in()  # ends the first
    answers = [response_on(it.open(link(IsPassive=value))) for it in (phone, phone.like())]
    assert [it.status for it in answers] == [[names.RESPONDER, names.NO_PASSIVE]] * 2
    assert answers[0].facts() == answers[1].facts()
    assert [it.assertions for it in answers] == [0, 0]


def test_a_passive_request_of_a_signed_in_agent_succeeds(outcome, phone):
    phone.sign_in()
    assert response_on(phone.open(link(IsPassive="true"))).assertions == 1


def about(name_id):
    return f"<saml:Subject><saml:NameID>{name_id}</saml:NameID></saml:Subject>"


def test_a_request_about_one_agent_is_not_answered_for_another(outcome, phone):
    phone.sign_in(NUMBER)
    anas = SubjectName.objects.get().value
    bens = phone.like()
    bens.sign_in(BEN)
    outcome.start()
    response = response_on(bens.open(link(about(anas))))
    assert response.status == [names.RESPONDER, names.UNKNOWN_PRINCIPAL]
    assert response.assertions == 0
    outcome.nothing_written([IssuedAssertion])
    assert response_on(phone.open(link(about(anas), ID="_two"))).assertions == 1


def test_an_encrypted_subject_is_not_supported(outcome, phone):
    confirmed = '<saml:Subject><saml:SubjectConfirmation Method="urn:example"/></saml:Subject>'
    response = response_on(phone.open(link(confirmed)))
    assert response.status == [names.REQUESTER, names.REQUEST_UNSUPPORTED]
    outcome.nothing_written()


RELAY_STATES = {
    "plain": "demo",
    "empty": "",
    "script": "<script>alert(1)</script>",
    "an attribute's end": "\"'><img src=x onerror=alert(1)>",
    "template syntax": "{{ settings.SECRET_KEY }}{% debug %}{# x #}",
    "a header": "a\r\nSet-Cookie: x=y",
    "an address elsewhere": "https://evil.example/?a=1&b=%20+",
    "script as an address": "javascript:alert(1)",
    "other scripts": "שלום 衛藤 \U0001f600 \u202e",
    "already escaped": "&lt;&amp;&#39;%3C",
    "four kilobytes": "ü" * 2048,
}


@pytest.mark.parametrize("relay_state", RELAY_STATES.values(), ids=RELAY_STATES)
def test_relay_state_is_returned_unchanged_and_never_followed(outcome, phone, flex, relay_state):
    page = phone.open(link(relay_state=relay_state))
    page = give(phone, phone.ask_code(page), phone.code())
    form = page.form_with("SAMLResponse")
    assert form.fields["RelayState"] == relay_state.replace("\r\n", "\n")  # which a browser sends as CR LF again
    assert form.action == ENHANCED.acs_url(flex.url)
    assert "evil.example" not in str(page.response.headers) + "".join(it.url for it in page.response.history)
    assert "<script>alert" not in page.response.text
    assert "<img" not in page.response.text
    assert len(relay_state) < 5 or relay_state not in outcome.log.text


CLAIMS = {
    "in_response_to": "_other",
    "InResponseTo": "_other",
    "request_id": "_other",
    "destination": "https://evil.example/",
    "acs_url": "https://evil.example/",
    "AssertionConsumerServiceURL": "https://evil.example/",
    "RelayState": "https://evil.example/",
    "return_to": "https://evil.example/",
    "next": "https://evil.example/",
    "roles": "admin",
    "email": "olivia@acme.example",
    "name_id": "olivia",
    "agent": "1",
    "sign": "response",
    "service": "flex-legacy",
    "policy": "enhanced",
    "force_authn": "",
    "SAMLRequest": "x",
    "protocol": "{}",
}


def test_unknown_form_fields_change_nothing_in_the_response(outcome, phone):
    honest, liar = phone.like(), phone.like()
    plain = signed_in(honest, honest.open(link(ID="_plain", relay_state="demo")))
    page = liar.open(link(ID="_bent", relay_state="demo"))
    before = liar.messages()
    page = liar.submit(page, "identifier", identifier=NUMBER, **CLAIMS)
    page = liar.submit(page, "code", code=liar.code(after=before), **CLAIMS)
    assert response_on(page).facts() == plain.facts()
    assert response_on(page).in_response_to == "_bent"
    assert page.form_with("SAMLResponse").fields["RelayState"] == "demo"


def test_a_response_is_not_cached_and_expires_after_five_minutes(outcome, phone):
    page = give(phone, at_the_code(phone), phone.code())
    response = response_on(page)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert page.form_with("SAMLResponse").method == "POST"
    (issued, *_), expiry = response.instants("IssueInstant"), response.instants("NotOnOrAfter")
    assert all(it - issued <= timedelta(minutes=5) for it in expiry)
    assert not [it.url for it in page.response.history if "SAMLResponse" in it.url]


def test_a_service_accepts_a_response_once(outcome, phone):
    page = give(phone, at_the_code(phone), phone.code())
    assert phone.submit(page, "SAMLResponse").status == 200
    assert phone.submit(page, "SAMLResponse").status == 403
    assert len(response_on(page).all("//@ID")) == len(set(response_on(page).all("//@ID")))


def test_a_service_provider_that_is_switched_off_during_a_sign_in_gets_no_response(outcome, phone):
    page = at_the_code(phone)
    ServiceProvider.objects.filter(slug="flex").update(enabled=False)
    page = give(phone, page, phone.code())
    outcome.error_page(page, 403)
    outcome.nothing_written([IssuedAssertion])
