"""The address and form of a response or an error."""

import pytest
from django.core.exceptions import ValidationError
from lxml import etree

from idp.policies.access.conditions import PlatformIs
from idp.policies.user_agents import Platform
from idp.saml import names
from idp.saml.models import AssertionConsumer, ServiceProvider
from tests.conformance.answers import CLASSES, root_of
from tests.conformance.readers import decrypted_by_xmlsec, found, our_certificates, posted, signed_by, strictly_read
from tests.policies import publishing
from tests.pretend_service import statuses
from tests.saml.asking import contexts, name_id_policy
from tests.saml.keys import a_pair

pytestmark = pytest.mark.any_database

BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
TOLD = [
    ({"inner": name_id_policy(Format="urn:x")}, [names.REQUESTER, names.INVALID_NAME_ID_POLICY]),
    ({"inner": contexts(f"{CLASSES}Password")}, [names.RESPONDER, names.NO_AUTHN_CONTEXT]),
    ({"IsPassive": "1"}, [names.RESPONDER, names.NO_PASSIVE]),
]


NOT_TOLD = [
    {"AssertionConsumerServiceURL": "https://elsewhere.example.org/acs"},
    {"issuer": "<saml:Issuer>urn:nobody</saml:Issuer>"},
    {"Destination": "https://elsewhere.example.org/sso"},
]


def test_idp05_an_error_is_sent_to_the_service_as_a_signed_response(phone, shifts):
    for asked, status in TOLD:
        root = signed_by(our_certificates()[0], posted(shifts.ask(phone, ID="_asked", **asked)))
        assert (statuses(root), root.get("InResponseTo"), root.get("Destination")) == (status, "_asked", shifts.acs)
        assert found(root, "//saml:Assertion | //saml:EncryptedAssertion") == []


def test_idp05_without_an_acceptable_address_the_error_is_a_page(phone, shifts):
    for asked in NOT_TOLD:
        page = shifts.ask(phone, **asked)
        assert (page.status in {400, 403}, page.form_with("SAMLResponse")) == (True, None)


def test_idp05_a_refusal_is_first_a_page_and_then_a_response_to_the_service(phone, shifts):
    publishing.in_force(PlatformIs(frozenset({Platform.IOS})), name="No iPhones")
    page = phone.open(shifts.request_url())
    assert page.status == 403
    root = signed_by(our_certificates()[0], posted(phone.press_on(page)))
    assert statuses(root) == [names.RESPONDER, names.REQUEST_DENIED]


def test_idp09_a_strict_service_that_requires_encryption_reads_the_assertion(phone, registered):
    shifts = registered("shifts", encrypt=True, encryption_certificates=a_pair("shifts").certificate)
    page = shifts.ask(phone)
    assert strictly_read(page, shifts, wantAssertionsEncrypted=True).get_nameid().encode() not in posted(page)
    inside = etree.tostring(decrypted_by_xmlsec(posted(page), shifts.pair))
    assert signed_by(our_certificates()[0], inside) is not None


def test_idp09_encryption_is_off_for_flex_which_cannot_decrypt(flex):
    row = ServiceProvider.objects.get(slug="flex")
    row.encrypt, row.encryption_certificates = True, a_pair("flex").certificate
    with pytest.raises(ValidationError, match="Flex cannot read encrypted Assertions"):
        row.full_clean()


@pytest.fixture
def many_acs(shifts):
    """A service that takes Responses at three addresses."""
    for index, path in enumerate(["two?a=b&c=%2F", "drei"], start=1):
        url = f"https://shifts.example.org/{path}"
        AssertionConsumer.objects.create(service_provider=shifts.row, url=url, index=index)
    return shifts


REGISTERED_ACS = {
    "none": ({}, "acs"),
    "a URL": ({"AssertionConsumerServiceURL": "drei"}, "drei"),
    "a URL with a query": ({"AssertionConsumerServiceURL": "two?a=b&c=%2F"}, "two?a=b&c=%2F"),
    "a URL and HTTP-POST": (
        {"AssertionConsumerServiceURL": "drei", "ProtocolBinding": names.HTTP_POST},
        "drei",
    ),
    "an index": ({"AssertionConsumerServiceIndex": "1"}, "two?a=b&c=%2F"),
    "the index 0": ({"AssertionConsumerServiceIndex": "0"}, "acs"),
    "HTTP-POST": ({"ProtocolBinding": names.HTTP_POST}, "acs"),
}


def located(asked):
    """Give a path of a table its host, and XML its escapes."""
    url = asked.get("AssertionConsumerServiceURL")
    whole = {} if url is None else {"AssertionConsumerServiceURL": f"https://shifts.example.org/{url}"}
    return {name: value.replace("&", "&amp;") for name, value in {**asked, **whole}.items()}


def test_idp12_the_response_goes_to_the_requested_acs(phone, many_acs):
    pages = {it: many_acs.ask(phone, **located(asked)) for it, (asked, _) in REGISTERED_ACS.items()}
    wanted = {it: f"https://shifts.example.org/{path}" for it, (_, path) in REGISTERED_ACS.items()}
    assert {it: page.form_with("SAMLResponse").action for it, page in pages.items()} == wanted
    told = "/samlp:Response/@Destination | //saml:SubjectConfirmationData/@Recipient"
    assert {it: set(found(root_of(page), told)) for it, page in pages.items()} == {it: {wanted[it]} for it in wanted}


UNREGISTERED_ACS = {
    "another path": {"AssertionConsumerServiceURL": "fünf"},
    "in capitals": {"AssertionConsumerServiceURL": "DREI"},
    "with a slash": {"AssertionConsumerServiceURL": "drei/"},
    "with a query": {"AssertionConsumerServiceURL": "drei?"},
    "without its query": {"AssertionConsumerServiceURL": "two"},
    "its query in another order": {"AssertionConsumerServiceURL": "two?c=%2F&a=b"},
    "other escapes": {"AssertionConsumerServiceURL": "two?a=b&c=%2f"},
    "a step back": {"AssertionConsumerServiceURL": "x/../drei"},
    "with a fragment": {"AssertionConsumerServiceURL": "drei#x"},
    "an index that nobody has": {"AssertionConsumerServiceIndex": "7"},
    "both ways at once": {"AssertionConsumerServiceIndex": "0", "AssertionConsumerServiceURL": "acs"},
    **{f"by {it}": {"ProtocolBinding": f"{BINDINGS}{it}"} for it in ("HTTP-Artifact", "HTTP-Redirect", "PAOS")},
}


def test_idp12_an_acs_that_is_not_registered_exactly_gets_no_response(phone, many_acs):
    pages = {name: phone.open(many_acs.request_url(**located(asked))) for name, asked in UNREGISTERED_ACS.items()}
    assert {name: page.status for name, page in pages.items()} == dict.fromkeys(UNREGISTERED_ACS, 400)
    assert [name for name, page in pages.items() if page.form_with("SAMLResponse") is not None] == []
