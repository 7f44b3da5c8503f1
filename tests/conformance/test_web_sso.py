"""Web Browser SSO: how requests arrive, how responses are sent, and what they contain."""

import base64

import pytest
from lxml import etree

from idp.agents.models import Agent
from idp.otp.models import PhoneAuthenticator
from idp.saml import names
from idp.saml.documents.schemas import Schema, validate
from idp.saml.models import SubjectName
from idp.saml.signatures.signing import Sign
from tests.conformance.metadata import logout
from tests.conformance.readers import found, our_certificates, posted, signed_by, strictly_read
from tests.phone import Page
from tests.pretend_service import BASE_URL, SSO, statuses, with_code
from tests.saml.messages import FORM, a_body, a_signed_query, signed
from tests.saml.metadata.documents import acs, key

pytestmark = pytest.mark.any_database

ANA, BEN = "+12015550101", "+12015550102"


def by_redirect(phone, shifts, inner="", **bent):
    return phone.open(shifts.request_url(inner, **bent))


def by_signed_redirect(phone, shifts, inner="", **bent):
    return phone.open(f"{SSO}?{a_signed_query(shifts.request(inner, **bent), shifts.pair, relay_state='x')}")


def by_post(phone, shifts, inner="", **bent):
    body = a_body(shifts.request(inner, **bent))
    return Page(phone.http.post(SSO, body, headers={"Content-Type": FORM}, timeout=30))


def by_signed_post(phone, shifts, inner="", **bent):
    body = a_body(signed(shifts.request(inner, **bent), shifts.pair))
    return Page(phone.http.post(SSO, body, headers={"Content-Type": FORM}, timeout=30))


EVERY_WAY = [by_redirect, by_signed_redirect, by_post, by_signed_post]


# SSO01


def test_sso01_a_strict_service_accepts_the_response_to_its_request(phone, shifts):
    page = shifts.ask(phone)
    validate(etree.fromstring(posted(page)), Schema.PROTOCOL)
    response = strictly_read(page, shifts)
    assert response.get_nameid()
    assert response.get_session_index()


def test_sso01_an_unsolicited_response_names_no_request(phone, registered):
    shifts = registered("shifts", unsolicited=True)
    page = with_code(phone, phone.open(f"{BASE_URL}/saml/start/shifts"))
    assert strictly_read(page, shifts).get_nameid()
    assert found(etree.fromstring(posted(page)), "//@InResponseTo") == []


BEARER = "/samlp:Response/saml:Assertion/saml:Subject/saml:SubjectConfirmation"
ONE_OF_EACH = {
    f"{BEARER}/@Method": names.BEARER,
    f"{BEARER}/saml:SubjectConfirmationData/@InResponseTo": "_asked",
    "//saml:Conditions/saml:AudienceRestriction/saml:Audience/text()": "https://shifts.example.org/metadata",
    f"{BEARER}/saml:SubjectConfirmationData/@Recipient": "https://shifts.example.org/acs",
    "/samlp:Response/@Destination": "https://shifts.example.org/acs",
    "/samlp:Response/saml:Issuer/text()": f"{BASE_URL}/saml/metadata",
    "/samlp:Response/saml:Assertion/saml:Issuer/text()": f"{BASE_URL}/saml/metadata",
    "//saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef/text()": names.MOBILE_ONE_FACTOR_CONTRACT,
}


def test_sso01_everything_the_profile_requires_is_in_the_response_once(phone, shifts):
    root = etree.fromstring(posted(shifts.ask(phone, ID="_asked")))
    assert {path: found(root, path) for path in ONE_OF_EACH} == {path: [it] for path, it in ONE_OF_EACH.items()}
    assert found(root, f"{BEARER}/saml:SubjectConfirmationData/@NotBefore") == []
    assert len(found(root, "//saml:AuthnStatement/@SessionIndex | //saml:AuthnStatement/@AuthnInstant")) == 2


def test_sso01_one_request_is_answered_once(phone, shifts):
    asked = shifts.request_url()
    assert strictly_read(with_code(phone, phone.open(asked)), shifts).get_nameid()
    assert phone.open(asked).form_with("SAMLResponse") is None


# SSO02 and SSO03


def test_sso02_a_request_is_accepted_by_redirect_and_by_post_signed_or_not(phone, shifts):
    for number, way in enumerate(EVERY_WAY):
        page = with_code(phone, way(phone, shifts, ID=f"_{number}"))
        assert strictly_read(page, shifts).get_nameid()


def test_sso03_a_response_is_posted_to_the_acs_with_its_relay_state(phone, shifts):
    form = with_code(phone, by_signed_redirect(phone, shifts)).form_with("SAMLResponse")
    assert (form.method, form.action, form.fields["RelayState"]) == ("POST", shifts.acs, "x")
    assert base64.b64decode(form.fields["SAMLResponse"], validate=True)
    assert form.xpath(".//button")  # without script, somebody has to press it


RETINA = (
    "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:example:retina</saml:AuthnContextClassRef>"
    "</samlp:RequestedAuthnContext>"
)


def test_sso03_an_error_is_posted_to_the_acs(phone, shifts):
    for way in EVERY_WAY:
        page = way(phone, shifts, RETINA)
        form = page.form_with("SAMLResponse")
        assert (form.method, form.action) == ("POST", shifts.acs)
        assert statuses(signed_by(our_certificates()[0], posted(page))) == [names.RESPONDER, names.NO_AUTHN_CONTEXT]


# SSO04

CARRIES = {Sign.BOTH: (True, True), Sign.RESPONSE: (True, False), Sign.ASSERTION: (False, True)}


@pytest.mark.parametrize("mode", list(Sign))
def test_sso04_exactly_what_the_service_wants_signed_is_signed(phone, registered, mode):
    page, ours = registered("shifts", sign=mode).ask(phone), our_certificates()[0]
    response, assertion = (signed_by(ours, posted(page), path) for path in (".", "saml:Assertion"))
    assert (response is not None, assertion is not None) == CARRIES[mode]
    signed_ids = {f"#{it.get('ID')}" for it in (response, assertion) if it is not None}
    assert signed_ids == set(found(etree.fromstring(posted(page)), "//ds:Reference/@URI"))


@pytest.mark.parametrize("mode", list(Sign))
def test_sso04_a_service_that_requires_these_signatures_accepts_the_response(phone, registered, mode):
    shifts, (response, assertion) = registered("shifts", sign=mode), CARRIES[mode]
    page = shifts.ask(phone)
    assert strictly_read(page, shifts, wantMessagesSigned=response, wantAssertionsSigned=assertion).get_nameid()


@pytest.mark.parametrize("mode", list(Sign))
def test_sso04_an_error_is_always_signed(phone, registered, mode):
    page = registered("shifts", sign=mode).ask(phone, IsPassive="true")
    assert statuses(signed_by(our_certificates()[0], posted(page))) == [names.RESPONDER, names.NO_PASSIVE]


# SSO05


def policy(name_id_format):
    return f'<samlp:NameIDPolicy Format="{name_id_format}" AllowCreate="true"/>'


def test_sso05_a_persistent_name_id_is_stable_for_one_person_at_one_service(phone, shifts, wiki):
    first = shifts.sign_in(phone, ANA, policy(names.PERSISTENT))
    again = shifts.sign_in(phone.like(), ANA, policy(names.PERSISTENT))
    assert (first.name_id, first.name_id_format) == (again.name_id, names.PERSISTENT)
    others = wiki.sign_in(phone, ANA).name_id, shifts.sign_in(phone.like(), BEN).name_id
    assert len({first.name_id, *others}) == 3


def test_sso05_a_persistent_name_id_reveals_nothing_about_the_person(phone, shifts):
    name = shifts.sign_in(phone, ANA).name_id
    ana = Agent.objects.get(pk=PhoneAuthenticator.objects.get(number=ANA).user_id)
    told = [*ana.email.split("@"), *ana.full_name.lower().split(), ANA[-7:], str(ana.pk)]
    assert not any(it in name for it in told if len(it) > 1)


def test_sso05_a_transient_name_id_is_never_repeated(phone, shifts):
    told = [shifts.sign_in(phone, ANA, policy(names.TRANSIENT)) for _ in range(3)]
    assert {it.name_id_format for it in told} == {names.TRANSIENT}
    assert len({it.name_id for it in told}) == 3
    assert not SubjectName.objects.filter(value__in=[it.name_id for it in told]).exists()


# SSO06


def test_sso06_the_acs_is_the_default_one_of_the_metadata(phone, described):
    old, new = acs("https://shifts.example.org/old"), acs("https://shifts.example.org/acs", 1, ' isDefault="true"')
    shifts = described(old, new)
    assert strictly_read(shifts.ask(phone), shifts).get_nameid()


def test_sso06_requests_must_be_signed_with_a_key_of_the_metadata_if_it_says_so(phone, described):
    shifts = described(key("shifts", "signing"), AuthnRequestsSigned="true")
    assert phone.open(shifts.request_url()).status == 400
    assert strictly_read(with_code(phone, by_signed_redirect(phone, shifts)), shifts).get_nameid()


@pytest.mark.parametrize("name_id_format", [names.TRANSIENT, names.PERSISTENT, names.EMAIL_ADDRESS])
def test_sso06_the_name_id_has_the_format_of_the_metadata(phone, described, name_id_format):
    shifts = described(f"<md:NameIDFormat>{name_id_format}</md:NameIDFormat>")
    assert shifts.sign_in(phone).name_id_format == name_id_format


def test_sso06_logout_requests_are_answered_at_the_address_of_the_metadata(phone, described):
    shifts = described(key("shifts", "signing"), logout("https://shifts.example.org/slo"))
    told = shifts.sign_in(phone)
    answer = phone.http.get(shifts.logout_url(told), allow_redirects=False, timeout=30)
    root, _ = shifts.read_address(answer.headers["Location"])
    assert statuses(root) == [names.SUCCESS]


# SSO07

PASSED_OVER = [
    '<saml:Conditions NotOnOrAfter="2030-01-01T00:00:00Z"><saml:OneTimeUse/></saml:Conditions>',
    '<samlp:Scoping ProxyCount="0"><samlp:IDPList><samlp:IDPEntry ProviderID="urn:x"/></samlp:IDPList>'
    "<samlp:RequesterID>urn:y</samlp:RequesterID></samlp:Scoping>",
]
IN_THE_HEAD = {
    "ProviderName": "Shifts & Söhne".replace("&", "&amp;"),
    "Consent": "urn:oasis:names:tc:SAML:2.0:consent:unspecified",
    "AttributeConsumingServiceIndex": "7",
}


def test_sso07_optional_content_that_is_not_supported_is_ignored(phone, shifts):
    assert all(shifts.sign_in(phone, inner=it).name_id for it in PASSED_OVER)
    assert shifts.sign_in(phone, **IN_THE_HEAD).name_id


def about(name_id):
    return f"<saml:Subject>{name_id}</saml:Subject>"


ENCRYPTED = (
    f'<saml:EncryptedID><x:EncryptedData xmlns:x="{names.ENCRYPTION}"><x:CipherData><x:CipherValue>eA=='
    "</x:CipherValue></x:CipherData></x:EncryptedData></saml:EncryptedID>"
)
SUBJECTS = {
    "somebody else": ("<saml:NameID>somebody</saml:NameID>", [names.RESPONDER, names.UNKNOWN_PRINCIPAL]),
    "encrypted": (ENCRYPTED, [names.REQUESTER, names.REQUEST_UNSUPPORTED]),
}


@pytest.mark.parametrize(("name_id", "status"), SUBJECTS.values(), ids=SUBJECTS)
def test_sso07_a_request_for_another_subject_gets_an_error(phone, shifts, name_id, status):
    root = etree.fromstring(posted(shifts.ask(phone, inner=about(name_id))))
    assert (statuses(root), found(root, "//saml:Assertion")) == (status, [])


def test_sso07_a_request_for_the_subject_that_signs_in_gets_an_assertion(phone, shifts):
    name = shifts.sign_in(phone).name_id
    assert shifts.sign_in(phone, inner=about(f"<saml:NameID>{name}</saml:NameID>")).name_id == name
