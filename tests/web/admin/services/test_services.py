"""Service providers in the admin: what would not work is refused, or at least said."""

from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db.models import ProtectedError
from django.urls import reverse
from lxml import html

from idp.demo.sp.flavours import LEGACY
from idp.saml import names
from idp.saml.models import LogoutEndpoint, ServiceProvider, SubjectName
from tests.conftest import NOW
from tests.web.admin.services.form import ACS, FLEX, FLEX_ACS, LIST, add, filled, row
from tests.web.seeded import a_service, a_signed_in_agent

KEYS = {
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "weak": lambda: rsa.generate_private_key(65537, 1024),
    "curve": lambda: ec.generate_private_key(ec.SECP256R1()),
    "strange": ed25519.Ed25519PrivateKey.generate,
}


def a_certificate(key, algorithm=None):
    """A certificate that carries this key; long over, which does not matter."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sp.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW.replace(year=2001)).not_valid_after(NOW.replace(year=2002))
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM).decode()


@cache
def pem(kind):
    """What an operator may paste, by name."""
    if kind in KEYS:
        algorithm = None if kind == "strange" else hashes.SHA256()
        return a_certificate(KEYS[kind](), algorithm)
    if kind == "private":
        return KEYS["curve"]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return pem("RSA").replace("MII", "MIX") if kind == "garbled" else kind


def logout(nth, location, *, answers=""):
    fields = {"binding": names.HTTP_REDIRECT, "location": location, "response_location": answers}
    return {f"logout_endpoints-{nth}-{name}": value for name, value in fields.items()}


def test_a_service_is_added_with_its_address(admin, keys):
    add(admin)
    sp = ServiceProvider.objects.get()
    assert [(it.url, it.is_default) for it in sp.consumers.all()] == [(ACS, True)]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"request_signature": "require"}, "Requests must be signed: paste the certificate"),
        ({"entity_id": "urn:with space"}, "An entity ID holds no white space."),
        ({"entity_id": ""}, "This field is required."),
        ({"slug": "no slug"}, "Enter a valid “slug”"),
        ({"profile": "flex-enhanced", "sign": "assertion"}, "Flex needs the Response signed."),
        ({"profile": "flex-legacy", "encrypt": "on"}, "Flex cannot read encrypted Assertions."),
        ({"profile": "flex-enhanced", "signature_algorithm": names.ECDSA_SHA256}, "not known to take ECDSA"),
        ({"profile": "flex-enhanced", "name_id_format": names.TRANSIENT}, "Flex cannot be given transient names"),
        ({"encrypt": "on"}, "To encrypt, paste the certificate to encrypt for"),
        ({"code_context": "Password"}, "This is no URI"),
        ({"token_context": "urn:a b"}, "This is no URI"),
    ],
    ids=str,
)
def test_faulty_fields_of_a_service_get_a_sentence_and_nothing_is_saved(admin, fields, sentence):
    assert sentence in add(admin, **fields).text
    assert not ServiceProvider.objects.exists()


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        (["garbage"], "This is not an X.509 certificate in PEM"),
        (["garbled"], "This is not an X.509 certificate in PEM"),
        (["weak"], "An RSA key of 1024 bits is too weak"),
        (["RSA", "weak"], "An RSA key of 1024 bits is too weak"),
        (["strange"], "Only RSA keys and those on the curves"),
        (["private"], "This holds a private key"),
        (["RSA", "private"], "This holds a private key"),
    ],
)
def test_a_certificate_that_cannot_verify_requests_gets_a_sentence(admin, pasted, sentence):
    assert sentence in add(admin, certificates="".join(map(pem, pasted))).text
    assert not ServiceProvider.objects.exists()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("pasted", [["RSA"], ["curve"], ["RSA", "curve"], ["RSA", "RSA"]])
def test_pasted_certificates_are_stored_once_each_as_plain_pem(admin, keys, pasted, line_end):
    add(admin, certificates="\n\n".join(map(pem, pasted)).replace("\n", line_end))
    kept = ServiceProvider.objects.get().trust.signing_certificates
    assert list(kept) == [pem(kind) for kind in dict.fromkeys(pasted)]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://sp.example/acs", "http is allowed only to this computer"),
        ("javascript:alert(1)", "it is not an https URL with a host"),
        ("https://user@sp.example/", "it contains a user name or a fragment"),
        ("https://sp.example/#there", "it contains a user name or a fragment"),
        ("https://sp.example/a b", "it contains white space"),
        ("", "This field is required."),
    ],
)
def test_an_acs_address_that_is_not_allowed_gets_a_sentence(admin, url, sentence):
    assert sentence in add(admin, row(0, url, default=True)).text
    assert not ServiceProvider.objects.exists()


def test_white_space_around_an_entity_id_is_dropped(admin, keys):
    add(admin, entity_id="  https://sp.example/metadata ")
    assert ServiceProvider.objects.get().entity_id == "https://sp.example/metadata"


def test_an_entity_id_is_registered_once(admin, keys):
    add(admin)
    assert "There is already a service of this entity ID." in add(admin, slug="other").text


def test_encryption_needs_a_key_that_can_be_encrypted_for(admin, keys):
    refused = add(admin, encrypt="on", encryption_certificates=pem("curve")).text
    assert "with an RSA key of 2048 bits or more" in refused
    add(admin, encrypt="on", encryption_certificates=pem("curve") + pem("RSA"))
    assert ServiceProvider.objects.get().to_encrypt_for == (pem("curve"), pem("RSA"))


PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
OVERSTATED = {
    "a password": ({"code_context": PASSWORD}, True),
    "two factors": ({"code_context": "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"}, True),
    "a code where none was asked": ({"token_context": names.MOBILE_ONE_FACTOR_CONTRACT}, True),
    "nothing": ({"code_context": names.UNSPECIFIED_CONTEXT, "token_context": names.UNSPECIFIED_CONTEXT}, False),
    "less": ({"code_context": names.PREVIOUS_SESSION}, False),
    "a name of their own": ({"code_context": "https://sp.example/by-phone"}, False),
}


@pytest.mark.parametrize(("fields", "said"), OVERSTATED.values(), ids=OVERSTATED)
def test_a_context_that_claims_too_much_is_saved_with_a_warning(admin, keys, fields, said):
    assert ("claims more than happened" in add(admin, **fields).text) == said
    assert ServiceProvider.objects.count() == 1


def test_flex_that_may_be_opened_from_here_needs_a_setting_in_the_console(admin, keys):
    page = add(admin, row(0, FLEX_ACS, default=True), unsolicited="on", **FLEX)
    assert "only once Default Redirect URL is set" in page.text


def test_only_flex_gets_a_warning_about_sending_the_end_of_a_session(admin, keys):
    told = add(admin, row(0, FLEX_ACS, default=True), states_end="on", **FLEX)
    assert "Flex signs agents out at the instant it is told" in told.text
    assert "at the instant it is told" not in add(admin, states_end="on").text
    assert set(ServiceProvider.objects.values_list("states_end", flat=True)) == {True}


CARRIED = "https://sp.example/slo?SAMLRequest=fZJ&RelayState=x"


def test_logout_addresses_are_saved(admin, keys):
    add(admin, logout(0, "https://sp.example/slo", answers="https://sp.example/slo/done"))
    kept = LogoutEndpoint.objects.values_list("binding", "location", "response_location")
    assert list(kept) == [(names.HTTP_REDIRECT, "https://sp.example/slo", "https://sp.example/slo/done")]


@pytest.mark.parametrize(
    "fields",
    [{"location": "javascript:alert(1)"}, {"location": "https://sp.example/", "answers": "http://sp.example/"}],
    ids=["address", "address for answers"],
)
def test_a_logout_address_that_is_not_allowed_gets_a_sentence(admin, fields):
    assert "This cannot be used:" in add(admin, logout(0, **fields)).text
    assert not ServiceProvider.objects.exists()


@pytest.mark.parametrize("fields", [{"location": CARRIED}, {"location": "https://sp.example/slo", "answers": CARRIED}])
def test_a_logout_address_that_was_copied_with_the_message_in_it_gets_a_sentence(admin, fields):
    assert "This address carries a message already." in add(admin, logout(0, **fields)).text
    assert not ServiceProvider.objects.exists()


def test_inline_rows_follow_the_heading_that_they_belong_to(admin, keys):
    page = html.fromstring(admin.get(f"{LIST}{a_service().pk}/change/").text)
    headings = [" ".join(it.text_content().split()) for it in page.xpath("//form//h2")]
    assert headings == [
        "Identity",
        "Responses",
        "Addresses that take Responses (ACS)",
        "Attributes",
        "Attributes",
        "Signatures and encryption",
        "Requests",
        "Logout",
        "Logout addresses; leave empty if the service has none",
        "Settings at the service",
    ]


@pytest.mark.parametrize("page", ["add/", "{}/change/"])
def test_every_field_has_a_label(admin, keys, page):
    shown = html.fromstring(admin.get(LIST + page.format(a_service().pk)).text)
    fields = shown.xpath("//form[@id='serviceprovider_form']//*[self::input or self::select or self::textarea]")
    fields = [it for it in fields if it.get("type") not in {"hidden", "submit"}]
    unlabelled = [it.get("name") for it in fields if not labelled(shown, it)]
    assert len(fields) > 20
    assert unlabelled == []


def test_the_field_of_an_entity_id_shows_that_of_a_legacy_flex_to_its_end(admin, keys):
    (field,) = html.fromstring(admin.get(f"{LIST}add/").text).xpath("//input[@name='entity_id']")
    assert int(field.get("size")) >= len(LEGACY.entity_id)


def labelled(page, field):
    return field.get("aria-label") or page.xpath("//label[@for=$id]", id=field.get("id"))


@pytest.mark.parametrize("name", ["service_metadata", "check_answer"])
def test_the_page_of_a_service_links_to_its_other_pages(admin, keys, name):
    assert f'href="{reverse(f"admin:{name}", args=["flex"])}"' in admin.get(f"{LIST}{a_service().pk}/change/").text


@pytest.mark.parametrize("name", ["service_from_metadata", "connect_flex", "would_answer", "key_change"])
def test_the_list_of_services_links_to_the_pages_about_services(admin, name):
    assert f'href="{reverse(f"admin:{name}")}"' in admin.get(LIST).text


def test_the_short_name_cannot_change(admin, keys):
    sp = a_service()
    acs = sp.consumers.get()
    only = row(0, acs.url, index=0, default=True, pk=acs.pk, sp=sp.pk)
    admin.post(f"{LIST}{sp.pk}/change/", filled(only, known=1, slug="other", name="Flex EU"))
    sp.refresh_from_db()
    assert (sp.slug, sp.name) == ("flex", "Flex EU")


def test_a_service_that_received_a_response_can_be_switched_off_but_not_deleted(admin, keys):
    sp = a_service()
    a_signed_in_agent(NOW)
    assert admin.post(f"{LIST}{sp.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get(LIST).text


def test_a_service_that_knows_somebody_by_a_name_of_its_own_stays_after_its_answers_have_left(admin, agent, keys):
    sp = a_service(profile="generic")
    name_id = SubjectName.of(agent, sp)
    assert admin.post(f"{LIST}{sp.pk}/delete/", {"post": "yes"}).status_code == 403
    with pytest.raises(ProtectedError):
        sp.delete()
    assert SubjectName.of(agent, None) != name_id
