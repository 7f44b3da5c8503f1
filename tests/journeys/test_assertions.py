"""The attributes each service gets, their signature and their encryption. Rota is a general app, Flex is Flex."""

import pytest
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp import clock
from idp.agents.models import Department
from idp.audit.models import Kind, LoginEvent
from idp.demo.sp.flavours import ROTA
from idp.keys.models import SigningKey, Use
from idp.otp.models import PhoneAuthenticator
from idp.saml import names
from idp.saml.models import IssuedAssertion, ReleasedAttribute, SentAttribute, ServiceProvider, SubjectName
from tests.conftest import NOW
from tests.hostile.authn_requests import SSO
from tests.hostile.responses import NAMESPACES, response_on
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL, with_code
from tests.saml.keys import a_pair
from tests.saml.messages import a_query, a_request

pytestmark = pytest.mark.any_database

LAB, LAB_NAME = "+12015550108", "R&D <Team>"
CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
PASSWORD = f"{CLASS}PasswordProtectedTransport"
DSIG = {"ds": names.SIGNATURE}


def change(slug="rota", **fields):
    assert ServiceProvider.objects.filter(slug=slug).update(**fields) == 1


def tell(slug, *lines):
    """Replace a service's release list."""
    sp = ServiceProvider.objects.get(slug=slug)
    sp.released.all().delete()
    for name, source, fixed, name_format in (a_line(*it) for it in lines):
        given = {"source": source, "fixed": fixed, "name_format": name_format}
        ReleasedAttribute.objects.create(service_provider=sp, name=name, **given)


def a_line(name, source, fixed="", name_format=names.BASIC):
    return name, source, fixed, name_format


def answered(phone, home="/app/", number=NUMBER):
    """Sign in with a code, up to the page that posts the Response, or a page that explains."""
    return with_code(phone, phone.ask_flex(home), number)


def opened(phone, number=NUMBER):
    """Open Rota from Latchkey, without a requested NameID format. Return what Rota knows then."""
    page = phone.open(f"{BASE_URL}/saml/start/rota")
    return phone.arrive(with_code(phone, page, number), "/app/")


# Encryption


@pytest.mark.parametrize("algorithm", [names.AES128_GCM, names.AES256_GCM])
@pytest.mark.parametrize("transport", ["mgf1p", "mgf1p-sha256", "oaep-sha256"])
def test_rota_decrypts_its_assertion(phone, algorithm, transport):
    change(encryption_algorithm=algorithm, key_transport=transport)
    known = phone.sign_in(LAB, "/app/")
    assert known["encrypted"]
    assert known["attributes"] == {"roles": ["agent"], "full_name": [LAB_NAME], "email": ["lab@acme.example"]}


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_rota_signs_its_requests_in_both_bindings(phone, binding):
    assert ServiceProvider.objects.get(slug="rota").request_signature == "require"
    assert phone.sign_in(home="/app/", binding=binding)["signed_in"]


def test_without_the_key_an_encrypted_assertion_reveals_nothing_about_the_person(phone):
    sent = response_on(answered(phone, number=LAB)).xml
    assert b"EncryptedAssertion" in sent
    for told in (b"lab@acme", b"Team", b"agent", b"NameID", SubjectName.objects.get().value.encode()):
        assert told not in sent


def test_rota_cannot_decrypt_an_assertion_for_another_service(phone):
    change(encryption_certificates=a_pair("stranger").certificate)
    page = phone.submit(answered(phone), "SAMLResponse")
    assert (page.status, page.heading) == (403, "Sign-in not accepted")


UNUSABLE = {"a curve": a_pair("ec", curve=True).certificate, "weak": a_pair("small", bits=1024).certificate}


@pytest.mark.parametrize("certificate", [*UNUSABLE.values(), "garbage"], ids=[*UNUSABLE, "garbage"])
def test_an_unusable_certificate_gets_an_error_page_and_no_readable_assertion(phone, certificate):
    change(encryption_certificates=certificate)
    page = answered(phone)
    assert (page.status, page.heading) == (500, "The answer for the app can't be made")
    assert page.reference in page.text
    assert b"SAMLResponse" not in page.response.content
    assert not IssuedAssertion.objects.exists()
    assert not LoginEvent.objects.filter(kind=Kind.ANSWERED).exists()


def test_once_the_certificate_is_replaced_the_same_page_signs_in(phone):
    right = ServiceProvider.objects.get(slug="rota").encryption_certificates
    change(encryption_certificates=UNUSABLE["a curve"])
    page = answered(phone)
    change(encryption_certificates=right)
    assert phone.arrive(phone.open(page.url), "/app/")["encrypted"]


# Release


def test_each_service_gets_its_own_attributes(phone):
    agent = PhoneAuthenticator.objects.get(number=LAB).user
    agent.department = Department.objects.create(name="Q&A <2>")
    agent.save()
    tell("rota", ("urn:oid:2.5.4.3", "full_name"), ("tel", "phone"), ("unit", "department"))
    tell("flex", ("location", "fixed", "Kraków"))
    flex, rota = phone.sign_in(LAB), phone.sign_in_silently("/app/")
    assert rota["attributes"] == {"urn:oid:2.5.4.3": [LAB_NAME], "tel": [LAB], "unit": ["Q&A <2>"]}
    assert flex["attributes"] == {
        "roles": ["agent"],
        "full_name": [LAB_NAME],
        "email": ["lab@acme.example"],
        "location": ["Kraków"],
    }
    assert flex["name_id"] != rota["name_id"]


def test_a_name_id_is_sent_in_the_chosen_format(phone):
    change(encrypt=False)
    lines = [("cn", "full_name", "", names.URI), ("site", "fixed", "a\nb"), ("x", "fixed", "1", names.URI)]
    tell("rota", *lines)
    response = response_on(answered(phone, number=LAB))
    assert response.all("//a:Attribute/@Name") == ["cn", "site", "x"]
    assert response.all("//a:Attribute/@NameFormat") == [names.URI, names.BASIC, names.URI]
    assert response.all("//a:AttributeValue/text()") == [LAB_NAME, "a", "b", "1"]


def test_a_service_without_attributes_gets_only_a_name_id(phone):
    tell("rota")
    assert phone.sign_in(home="/app/")["attributes"] == {}


def test_flex_reads_types_from_the_suffix_of_an_attribute_name(phone):
    lines = [
        ("canAddAgents.boolean", "fixed", "true"),
        ("skills.stringarray", "fixed", "sales\nR&D"),
        ("age.int", "fixed", "5"),
    ]
    tell("flex", *lines)
    told = phone.sign_in(LAB)["attributes"]
    assert (told["canAddAgents.boolean"], told["skills.stringarray"], told["age.int"]) == (
        ["true"],
        ["sales,R&D"],
        ["5"],
    )


def the_location(page):
    """All values of this attribute that a Response brings."""
    held = response_on(page).root.xpath("//a:Attribute[@Name='location']/a:AttributeValue", namespaces=NAMESPACES)
    return [it.text or "" for it in held]


def test_an_attribute_that_is_removed_is_cleared_at_flex(phone, android):
    tell("flex", ("location", "fixed", "Kraków"))
    assert the_location(answered(phone, "/")) == ["Kraków"]
    tell("flex")
    assert the_location(phone.ask_flex()) == [""]
    assert phone.sign_in_silently()["signed_in"]
    assert the_location(phone.ask_flex()) == [""]
    assert the_location(answered(android, "/", LAB)) == []


def test_at_another_app_a_removed_attribute_is_only_left_out(phone):
    tell("rota", ("location", "fixed", "Kraków"))
    phone.sign_in(home="/app/")
    tell("rota", ("cn", "full_name"))
    assert list(phone.sign_in_silently("/app/")["attributes"]) == ["cn"]
    assert not SentAttribute.objects.exists()


def test_an_attribute_value_that_cannot_be_sent_gets_an_error_page(phone):
    tell("flex", ("age.int", "fixed", "five"))
    page = answered(phone, "/")
    assert page.status == 500
    assert "We cannot tell the app who you are" in page.text
    assert page.reference in page.text
    assert not IssuedAssertion.objects.exists()
    assert not SentAttribute.objects.exists()


# Names


def test_a_persistent_name_id_stays_the_same(phone):
    first, again = opened(phone), opened(phone)
    assert first["name_id"] == again["name_id"] == phone.sign_in_silently("/app/")["name_id"]
    assert first["name_id_format"] == names.PERSISTENT


def test_a_transient_name_id_is_never_repeated(phone):
    change(name_id_format=names.TRANSIENT)
    first, again = opened(phone), opened(phone)
    assert first["name_id"] != again["name_id"]
    assert first["name_id_format"] == again["name_id_format"] == names.TRANSIENT


def test_an_email_address_or_a_stored_name_can_be_the_name_id(phone):
    change(name_id_format=names.EMAIL_ADDRESS)
    by_address = opened(phone)
    assert (by_address["name_id"], by_address["name_id_format"]) == ("ana@acme.example", names.EMAIL_ADDRESS)
    change(name_id_format=names.UNSPECIFIED)
    assert opened(phone)["name_id"] == phone.sign_in_silently()["name_id"]


def test_flex_gets_one_stable_name_id_whatever_its_format_is_called(phone):
    first = phone.sign_in()
    change("flex", name_id_format=names.EMAIL_ADDRESS)
    again = phone.sign_in_silently()
    assert again["name_id"] == first["name_id"]
    assert (first["name_id_format"], again["name_id_format"]) == (names.UNSPECIFIED, names.EMAIL_ADDRESS)


# Contexts


def as_node_saml(phone):
    """Ask as node-saml does: for exactly PasswordProtectedTransport."""
    inner = (
        '<samlp:RequestedAuthnContext Comparison="exact">'
        f"<saml:AuthnContextClassRef>{PASSWORD}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
    )
    issuer = f"<saml:Issuer>{ROTA.entity_id}</saml:Issuer>"
    instant = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    xml = a_request(inner, issuer=issuer, Destination=SSO, IssueInstant=instant)
    return phone.open(f"{SSO}?{a_query(xml)}")


def test_node_saml_gets_an_error_until_its_authn_context_is_mapped(phone, clock):
    change(request_signature="verify", encrypt=False)
    assert response_on(as_node_saml(phone)).status == [names.RESPONDER, names.NO_AUTHN_CONTEXT]
    change(code_context=PASSWORD)
    page = phone.ask_code(as_node_saml(phone))
    response = response_on(phone.submit(page, "code", code=phone.code()))
    assert response.all("//a:AuthnContextClassRef/text()") == [PASSWORD]


def test_each_method_of_sign_in_has_its_own_authn_context(phone, clock):
    change(code_context="https://acme.example/code", token_context="https://acme.example/token")
    assert opened(phone)["authn_context"] == "https://acme.example/code"
    clock.shift(90 * 60)
    assert opened(phone)["authn_context"] == "https://acme.example/token"


# Signatures


def test_rota_accepts_rsa_with_sha_512(phone):
    change(signature_algorithm=names.RSA_SHA512)
    page = answered(phone, number=LAB)
    assert response_on(page).root.xpath("//ds:SignatureMethod/@Algorithm", namespaces=DSIG) == [names.RSA_SHA512]
    assert phone.arrive(page, "/app/")["attributes"]["full_name"] == [LAB_NAME]


def test_a_response_signed_by_ecdsa_verifies_with_the_ecdsa_certificate(phone):
    change(signature_algorithm=names.ECDSA_SHA256, encrypt=False)
    sent = response_on(answered(phone, number=LAB))
    certificate = SigningKey.objects.get(use=Use.SAML_EC).certificate
    expected = SignatureConfiguration(location="./", verification_time=clock.now())
    signed = XMLVerifier().verify(sent.root, x509_cert=certificate, id_attribute="ID", expect_config=expected)
    assert sent.all("//@Algorithm").count(names.ECDSA_SHA256) == 2
    assert LAB_NAME in "".join(signed.signed_xml.itertext())


def test_rota_finds_the_ecdsa_certificate_in_the_metadata(phone):
    change(signature_algorithm=names.ECDSA_SHA256)
    assert phone.sign_in(LAB, "/app/")["attributes"]["full_name"] == [LAB_NAME]
