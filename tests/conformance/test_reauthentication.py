"""ForceAuthn, IsPassive and RequestedAuthnContext: when a new proof is required."""

from datetime import datetime, timedelta

import pytest

from idp.saml import names
from tests.conformance.answers import CLASSES, root_of
from tests.conformance.readers import found
from tests.hostile.responses import response_on
from tests.hostile.typing_codes import wrong
from tests.pretend_service import statuses, with_code
from tests.saml.asking import contexts

pytestmark = pytest.mark.any_database

A_WHILE = timedelta(hours=2)  # the session is over, the device is known


def is_asked(page):
    return page.form_with("identifier") is not None


def authn_instant(page):
    (instant,) = found(root_of(page), "//saml:AuthnStatement/@AuthnInstant")
    return datetime.fromisoformat(instant)


def test_idp06_force_authn_requires_a_code_despite_a_session_and_a_token(clock, phone, shifts):
    first = shifts.ask(phone)
    assert not is_asked(phone.open(shifts.request_url(ID="_silent")))
    clock.shift(timedelta(minutes=3))
    page = phone.open(shifts.request_url(ID="_forced", ForceAuthn="true"))
    assert is_asked(page)
    again = with_code(phone, page)
    assert authn_instant(again) - authn_instant(first) >= timedelta(minutes=3)
    assert found(root_of(again), "//saml:AuthnContextClassRef")[0].text == names.MOBILE_ONE_FACTOR_CONTRACT


def test_idp06_a_token_alone_does_not_satisfy_force_authn(clock, phone, shifts):
    shifts.ask(phone)
    clock.shift(A_WHILE)
    assert shifts.read(phone.open(shifts.request_url(ID="_silent"))).authn_context == names.PREVIOUS_SESSION
    clock.shift(A_WHILE)
    assert is_asked(phone.open(shifts.request_url(ID="_forced", ForceAuthn="1")))


def test_idp06_without_the_code_there_is_no_response(phone, shifts):
    shifts.ask(phone)
    page = phone.ask_code(phone.open(shifts.request_url(ID="_forced", ForceAuthn="true")))
    page = phone.submit(page, "code", code=wrong(phone))
    assert page.form_with("code") is not None
    assert phone.open(page.url.replace("/login/", "/saml/respond/")).form_with("SAMLResponse") is None


def test_idp07_an_unknown_browser_gets_no_passive_instead_of_a_page(phone, shifts):
    page = phone.open(shifts.request_url(IsPassive="true"))
    assert statuses(root_of(page)) == [names.RESPONDER, names.NO_PASSIVE]


def test_idp07_an_agent_who_needs_no_page_is_signed_in(phone, shifts):
    name = shifts.sign_in(phone).name_id
    assert shifts.read(phone.open(shifts.request_url(ID="_p", IsPassive="true"))).name_id == name


def test_idp07_known_and_unknown_get_the_same_no_passive(phone, shifts):
    shifts.sign_in(phone)
    asked = {"IsPassive": "true", "ForceAuthn": "true"}
    known = phone.open(shifts.request_url(ID="_known", **asked))
    unknown = phone.like().open(shifts.request_url(ID="_unknown", **asked))
    assert response_on(known).status == [names.RESPONDER, names.NO_PASSIVE]
    assert response_on(known).facts() == response_on(unknown).facts()
    assert dict(known.response.headers).keys() == dict(unknown.response.headers).keys()


def test_idp07_a_context_that_would_need_a_code_gets_no_passive_too(clock, phone, shifts):
    shifts.sign_in(phone)
    clock.shift(A_WHILE)
    asked = contexts(names.MOBILE_ONE_FACTOR_CONTRACT)
    assert statuses(root_of(phone.open(shifts.request_url(asked, ID="_p", IsPassive="true"))))[-1] == names.NO_PASSIVE


def test_idp08_the_exactly_requested_context_is_stated(phone, shifts):
    asked = contexts(f"{CLASSES}Kerberos", names.MOBILE_ONE_FACTOR_CONTRACT)
    assert shifts.sign_in(phone, inner=asked).authn_context == names.MOBILE_ONE_FACTOR_CONTRACT


def test_idp08_a_context_stronger_than_a_token_requires_a_code(clock, phone, shifts):
    shifts.sign_in(phone)
    clock.shift(A_WHILE)
    page = phone.open(shifts.request_url(contexts(names.MOBILE_ONE_FACTOR_CONTRACT), ID="_exact"))
    assert is_asked(page)
    assert shifts.read(with_code(phone, page)).authn_context == names.MOBILE_ONE_FACTOR_CONTRACT


def test_idp08_a_context_that_is_not_available_gets_no_authn_context(phone, shifts):
    for context in ("Password", "PasswordProtectedTransport", "MobileTwoFactorContract", "X509"):
        page = phone.open(shifts.request_url(contexts(f"{CLASSES}{context}")))
        assert statuses(root_of(page)) == [names.RESPONDER, names.NO_AUTHN_CONTEXT]


def test_idp08_a_service_that_requests_no_context_gets_the_true_one(phone, registered):
    lenient = registered("shifts", requested_context="ignore")
    told = lenient.sign_in(phone, inner=contexts(f"{CLASSES}Password"))
    assert told.authn_context == names.MOBILE_ONE_FACTOR_CONTRACT
