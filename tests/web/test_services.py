"""Service providers in the admin: what would not work is refused, or at least said."""

from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idp.policies.models import TimeoutPolicy
from idp.saml.models import AssertionConsumer, ServiceProvider
from tests.conftest import NOW
from tests.web.seeded import a_service, a_signed_in_agent

LIST = "/admin/saml/serviceprovider/"
CONNECTION = "JQ" + "2" * 32
FLEX_ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"
ACS = "https://sp.example/acs"
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


def row(nth, url, *, index="", default=False, pk="", sp=""):
    fields = {"url": url, "index": index, "id": pk, "service_provider": sp}
    ticked = {"is_default": "on"} if default else {}
    return {f"consumers-{nth}-{name}": value for name, value in {**fields, **ticked}.items()}


def filled(*rows, known=0, **fields):
    """The form of a new general service, as a browser sends it."""
    service = {
        "name": "Wiki",
        "slug": "wiki",
        "enabled": "on",
        "profile": "generic",
        "timeout_policy": TimeoutPolicy.objects.get(name="legacy").pk,
        "entity_id": "https://sp.example/metadata",
        "certificates": "",
        "request_signature": "verify",
        "requested_context": "honour",
        "sign": "both",
    }
    rows = rows or (row(0, ACS, default=True),)
    counts = {"consumers-TOTAL_FORMS": len(rows), "consumers-INITIAL_FORMS": known}
    return {name: value for part in (service, counts, *rows, fields) for name, value in part.items()}


def add(admin, *rows, **fields):
    return admin.post(f"{LIST}add/", filled(*rows, **fields), follow=True)


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
    ],
    ids=str,
)
def test_what_would_not_work_gets_a_sentence_and_is_not_saved(admin, fields, sentence):
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
def test_a_certificate_that_cannot_check_anything_gets_a_sentence(admin, pasted, sentence):
    assert sentence in add(admin, certificates="".join(map(pem, pasted))).text
    assert not ServiceProvider.objects.exists()


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("pasted", [["RSA"], ["curve"], ["RSA", "curve"], ["RSA", "RSA"]])
def test_pasted_certificates_are_kept_as_plain_pem_and_once_each(admin, keys, pasted, line_end):
    add(admin, certificates="\n\n".join(map(pem, pasted)).replace("\n", line_end))
    kept = ServiceProvider.objects.get().trust.signing_certificates
    assert list(kept) == [pem(kind) for kind in dict.fromkeys(pasted)]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://sp.example/acs", "http is taken only to this very machine"),
        ("javascript:alert(1)", "it is not an https URL with a host"),
        ("https://user@sp.example/", "it holds a user name or a fragment"),
        ("https://sp.example/#there", "it holds a user name or a fragment"),
        ("https://sp.example/a b", "it holds white space"),
        ("", "This field is required."),
    ],
)
def test_an_address_that_nothing_can_be_sent_to_gets_a_sentence(admin, url, sentence):
    assert sentence in add(admin, row(0, url, default=True)).text
    assert not ServiceProvider.objects.exists()


def test_white_space_around_an_entity_id_is_dropped(admin, keys):
    add(admin, entity_id="  https://sp.example/metadata ")
    assert ServiceProvider.objects.get().entity_id == "https://sp.example/metadata"


def test_an_entity_id_is_registered_once(admin, keys):
    add(admin)
    assert "There is already a service of this entity ID." in add(admin, slug="other").text


# Addresses


def test_the_only_address_is_the_default_without_a_tick(admin, keys):
    add(admin, row(0, ACS))
    assert AssertionConsumer.objects.get().is_default


@pytest.mark.parametrize("ticked", [(False, False), (True, True)], ids=["none", "both"])
def test_of_several_addresses_exactly_one_is_the_default(admin, ticked):
    rows = [row(nth, f"{ACS}/{nth}", default=default) for nth, default in enumerate(ticked)]
    assert "Tick exactly one address as the default" in add(admin, *rows).text
    assert not ServiceProvider.objects.exists()


def test_addresses_without_a_number_are_numbered(admin, keys):
    add(admin, row(0, f"{ACS}/0"), row(1, f"{ACS}/1", index="0", default=True), row(2, f"{ACS}/2"))
    assert {it.url[-1]: it.index for it in AssertionConsumer.objects.all()} == {"0": 1, "1": 0, "2": 2}


@pytest.mark.parametrize("rows", [[(ACS, 0), (ACS, 1)], [(f"{ACS}/0", 3), (f"{ACS}/1", 3)]], ids=["address", "number"])
def test_an_address_and_a_number_are_there_once(admin, rows):
    rows = [row(nth, url, index=index, default=nth == 0) for nth, (url, index) in enumerate(rows)]
    assert "duplicate" in add(admin, *rows).text
    assert not ServiceProvider.objects.exists()


def test_default_and_numbers_can_be_exchanged(admin, keys):
    add(admin, row(0, f"{ACS}/0", index=0, default=True), row(1, f"{ACS}/1", index=1))
    sp = ServiceProvider.objects.get()
    first, second = sp.consumers.all()
    rows = [
        row(0, first.url, index=1, pk=first.pk, sp=sp.pk),
        row(1, second.url, index=0, default=True, pk=second.pk, sp=sp.pk),
    ]
    assert admin.post(f"{LIST}{sp.pk}/change/", filled(*rows, known=2)).status_code == 302
    assert [(it.pk, it.index, it.is_default) for it in sp.consumers.order_by("pk")] == [
        (first.pk, 1, False),
        (second.pk, 0, True),
    ]


def test_a_service_keeps_one_address_at_least(admin, keys):
    add(admin)
    sp = ServiceProvider.objects.get()
    only = row(0, ACS, index=0, default=True, pk=sp.consumers.get().pk, sp=sp.pk)
    page = admin.post(f"{LIST}{sp.pk}/change/", filled(only | {"consumers-0-DELETE": "on"}, known=1))
    assert (page.status_code, sp.consumers.count()) == (200, 1)


# Flex


def test_an_address_that_is_not_flexs_is_kept_with_a_warning(admin, keys):
    page = add(admin, profile="flex-enhanced", entity_id=f"urn:flex:{CONNECTION}")
    assert "Twilio Flex will not work so: The ACS URL is not the login callback of Flex" in page.text
    assert ServiceProvider.objects.count() == 1


def test_what_is_merely_unusual_is_said(admin, keys):
    acs = row(0, FLEX_ACS.replace("us1", "ie1"), default=True)
    page = add(admin, acs, profile="flex-enhanced", entity_id=f"urn:flex:{CONNECTION}")
    assert "The region is ie1; so far only us1 is known." in page.text


def test_a_right_flex_address_is_saved_without_a_warning(admin, keys):
    page = add(admin, row(0, FLEX_ACS, default=True), profile="flex-enhanced", entity_id=f"urn:flex:{CONNECTION}")
    assert "messagelist" in page.text
    assert 'class="warning"' not in page.text


def test_the_page_of_a_service_says_what_to_type_there(admin, keys):
    page = admin.get(f"{LIST}{a_service().pk}/change/").text
    assert "BEGIN CERTIFICATE" in page
    assert "/saml/sso" in page
    assert "/saml/metadata" in page


# What stays


def test_the_short_name_stays(admin, keys):
    sp = a_service()
    acs = sp.consumers.get()
    only = row(0, acs.url, index=0, default=True, pk=acs.pk, sp=sp.pk)
    admin.post(f"{LIST}{sp.pk}/change/", filled(only, known=1, slug="other", name="Flex EU"))
    sp.refresh_from_db()
    assert (sp.slug, sp.name) == ("flex", "Flex EU")


def test_a_service_that_was_answered_is_switched_off_and_not_deleted(admin, keys):
    sp = a_service()
    a_signed_in_agent(NOW)
    assert admin.post(f"{LIST}{sp.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get(LIST).text
