"""Service providers in the admin: what would not work is refused, or at least said."""

from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.urls import reverse
from lxml import html

from idp.policies.models import TimeoutPolicy
from idp.saml import names
from idp.saml.attributes import BASICS, Release, Source
from idp.saml.models import AssertionConsumer, LogoutEndpoint, ReleasedAttribute, SentAttribute, ServiceProvider
from tests.conftest import NOW, an_agent
from tests.web.seeded import a_service, a_signed_in_agent

LIST = "/admin/saml/serviceprovider/"
CONNECTION = "JQ" + "2" * 32
FLEX_ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"
ACS = "https://sp.example/acs"
URI = names.URI
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


def line(nth, name, source="fixed", *values, pk="", sp="", **fields):
    """One line of a release list, as a browser sends it."""
    given = {
        "position": nth,
        "name": name,
        "source": source,
        "fixed": "\r\n".join(values),
        "name_format": names.BASIC,
        "id": pk,
        "service_provider": sp,
        **fields,
    }
    return {f"released-{nth}-{field}": value for field, value in given.items()}


def logout(nth, location, *, answers=""):
    fields = {"binding": names.HTTP_REDIRECT, "location": location, "response_location": answers}
    return {f"logout_endpoints-{nth}-{name}": value for name, value in fields.items()}


def counted(prefix, rows, known):
    numbered = {name.split("-")[1] for part in rows for name in part if name.startswith(f"{prefix}-")}
    return {f"{prefix}-TOTAL_FORMS": len(numbered), f"{prefix}-INITIAL_FORMS": known}


def filled(*rows, known=0, told=0, **fields):
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
        "signature_algorithm": names.RSA_SHA256,
        "encryption_certificates": "",
        "encryption_algorithm": names.AES256_GCM,
        "key_transport": "mgf1p",
        "name_id_format": "",
        "code_context": "",
        "token_context": "",
        "logout_ends": "phone",
    }
    if not any("consumers-0-url" in it for it in rows):
        rows = (row(0, ACS, default=True), *rows)
    counts = counted("consumers", rows, known) | counted("released", rows, told) | counted("logout_endpoints", rows, 0)
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
        ({"profile": "flex-legacy", "encrypt": "on"}, "Flex cannot read encrypted Assertions."),
        ({"profile": "flex-enhanced", "signature_algorithm": names.ECDSA_SHA256}, "not known to take ECDSA"),
        ({"profile": "flex-enhanced", "name_id_format": names.TRANSIENT}, "Flex cannot be given transient names"),
        ({"encrypt": "on"}, "To encrypt, paste the certificate to encrypt for"),
        ({"code_context": "Password"}, "This is no URI"),
        ({"token_context": "urn:a b"}, "This is no URI"),
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
    assert 'class="said"' in page.text
    assert 'class="warning"' not in page.text


def test_the_page_of_a_service_says_what_to_type_there(admin, keys):
    page = admin.get(f"{LIST}{a_service().pk}/change/").text
    assert "BEGIN CERTIFICATE" in page
    assert "/saml/sso" in page
    assert "/saml/metadata" in page


# What it is told


def the_lines(sp=None):
    return [it.line for it in (sp or ServiceProvider.objects.get()).released.all()]


def test_a_new_service_is_offered_the_three_that_most_want(admin):
    page = admin.get(f"{LIST}add/").text
    for nth, name in enumerate(["roles", "full_name", "email"]):
        assert f'name="released-{nth}-name" value="{name}"' in page


def test_lines_are_kept_in_their_order_with_their_values_and_formats(admin, keys):
    add(admin, line(0, "site", "fixed", "Kraków", "R&D <Team>", position=2), line(1, "mail", "email", name_format=URI))
    assert the_lines() == [
        Release("mail", Source.EMAIL, (), URI),
        Release("site", Source.FIXED, ("Kraków", "R&D <Team>"), names.BASIC),
    ]


def test_a_line_without_a_number_comes_last(admin, keys):
    lines = [line(0, "c", "email", position=""), line(1, "a", "email", position=7), line(2, "b", "email", position="")]
    add(admin, *lines)
    assert [it.name for it in the_lines()] == ["a", "c", "b"]


def test_a_name_with_markup_stays_a_name_on_the_page(admin, keys):
    add(admin, line(0, "R&D <Team>", "fixed", "<b>"))
    page = admin.get(f"{LIST}{ServiceProvider.objects.get().pk}/change/").text
    assert 'value="R&amp;D &lt;Team&gt;"' in page
    assert "&lt;b&gt;</textarea>" in page


def test_an_empty_line_is_an_empty_value(admin, keys):
    add(admin, line(0, "note", "fixed", "", ""))
    assert the_lines()[0].fixed == ("",)


FLEX = {"profile": "flex-enhanced", "entity_id": f"urn:flex:{CONNECTION}"}
UNTELLABLE = {
    "no value": (line(0, "site"), {}, "fixed", "site: it has no value."),
    "a value beside a fact": (line(0, "mail", "email", "x"), {}, "fixed", "a fixed value stands beside a fact"),
    "a word for a number": (line(0, "skill.int", "fixed", "x"), FLEX, "fixed", "a value is not a whole number"),
    "a type that does not fit": (line(0, "all.int", "roles"), FLEX, "name", "end the name in .stringarray"),
    "another format at Flex": (line(0, "a", "fixed", "x", name_format=URI), FLEX, "name", "the name format basic"),
    "one that is always sent": (line(0, "email", "fixed", "x"), FLEX, "name", "it is always sent"),
}


@pytest.mark.parametrize(("told", "fields", "at", "sentence"), UNTELLABLE.values(), ids=UNTELLABLE)
def test_a_line_that_cannot_be_told_gets_a_sentence_at_its_field(admin, told, fields, at, sentence):
    page = html.fromstring(add(admin, row(0, FLEX_ACS, default=True), told, **fields).text)
    errors = page.xpath(f"//td[contains(@class,'field-{at}')]/ul[contains(@class,'errorlist')]")
    assert any(sentence in it.text_content() for it in errors)
    assert not ServiceProvider.objects.exists()


def test_two_lines_of_one_attribute_get_a_sentence(admin):
    told = [line(0, "skill", "fixed", "a"), line(1, "skill.int", "fixed", "5")]
    page = add(admin, row(0, FLEX_ACS, default=True), *told, **FLEX).text
    assert "skill, skill.int: this is one and the same attribute; keep one." in page


def test_elsewhere_endings_mean_nothing(admin, keys):
    add(admin, line(0, "skill", "fixed", "a"), line(1, "skill.int", "fixed", "x"))
    assert [it.name for it in the_lines()] == ["skill", "skill.int"]


def test_what_flex_gets_in_any_case_is_shown_and_not_kept_as_lines(admin, keys):
    told = [line(nth, it.name, it.source.value) for nth, it in enumerate(BASICS)]
    add(admin, row(0, FLEX_ACS, default=True), *told, line(3, "canAddAgents.boolean", "fixed", "true"), **FLEX)
    sp = ServiceProvider.objects.get()
    assert [it.name for it in the_lines(sp)] == ["canAddAgents.boolean"]
    page = html.fromstring(admin.get(f"{LIST}{sp.pk}/change/").text)
    assert "roles, full_name, email" in page.xpath("string(//div[contains(@class,'field-always_sent')])")
    assert "canAddAgents: true or false" in page.xpath("string(//td[contains(@class,'field-at_flex')])")


def test_a_typed_attribute_that_was_sent_cannot_be_removed(admin, keys):
    sp = a_service()
    kept = ReleasedAttribute.objects.create(service_provider=sp, name="skill.int", source="fixed", fixed="5")
    SentAttribute.objects.create(agent=an_agent(), service_provider=sp, name="skill.int")
    acs = sp.consumers.get()
    rows = [row(0, acs.url, index=0, default=True, pk=acs.pk, sp=sp.pk)]
    rows.append(line(0, "skill.int", "fixed", "5", pk=kept.pk, sp=sp.pk) | {"released-0-DELETE": "on"})
    fields = {"profile": sp.profile, "entity_id": sp.entity_id, "known": 1, "told": 1}
    page = admin.post(f"{LIST}{sp.pk}/change/", filled(*rows, **fields))
    assert "Do not remove it; give it a fixed value instead." in page.text
    assert sp.released.count() == 1


# Answers


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
def test_a_context_that_claims_more_than_happened_is_kept_with_a_warning(admin, keys, fields, said):
    assert ("claims more than happened" in add(admin, **fields).text) == said
    assert ServiceProvider.objects.count() == 1


def test_flex_that_may_be_opened_from_here_needs_a_setting_in_the_console(admin, keys):
    page = add(admin, row(0, FLEX_ACS, default=True), unsolicited="on", **FLEX)
    assert "only once Default Redirect URL is set" in page.text


def test_only_flex_is_better_not_told_when_a_sign_in_ends(admin, keys):
    told = add(admin, row(0, FLEX_ACS, default=True), states_end="on", **FLEX)
    assert "Flex signs agents out at the instant it is told" in told.text
    assert "at the instant it is told" not in add(admin, states_end="on").text
    assert set(ServiceProvider.objects.values_list("states_end", flat=True)) == {True}


def test_logout_addresses_are_kept(admin, keys):
    add(admin, logout(0, "https://sp.example/slo", answers="https://sp.example/slo/done"))
    kept = LogoutEndpoint.objects.values_list("binding", "location", "response_location")
    assert list(kept) == [(names.HTTP_REDIRECT, "https://sp.example/slo", "https://sp.example/slo/done")]


@pytest.mark.parametrize(
    "fields",
    [{"location": "javascript:alert(1)"}, {"location": "https://sp.example/", "answers": "http://sp.example/"}],
    ids=["address", "address for answers"],
)
def test_a_logout_address_that_nothing_can_be_sent_to_gets_a_sentence(admin, fields):
    assert "This cannot be used:" in add(admin, logout(0, **fields)).text
    assert not ServiceProvider.objects.exists()


# The page


def test_rows_stand_below_the_heading_they_belong_to(admin, keys):
    page = html.fromstring(admin.get(f"{LIST}{a_service().pk}/change/").text)
    headings = [" ".join(it.text_content().split()) for it in page.xpath("//form//h2")]
    assert headings == [
        "Who it is",
        "Where answers go",
        "Addresses that take Responses (ACS)",
        "What it is told",
        "Attributes",
        "How answers are signed and encrypted",
        "What it may ask",
        "Signing out",
        "Addresses that take logout messages; none if it has none",
        "What its own operators need",
    ]


@pytest.mark.parametrize("page", ["add/", "{}/change/"])
def test_every_field_has_a_label(admin, keys, page):
    shown = html.fromstring(admin.get(LIST + page.format(a_service().pk)).text)
    fields = shown.xpath("//form[@id='serviceprovider_form']//*[self::input or self::select or self::textarea]")
    fields = [it for it in fields if it.get("type") not in {"hidden", "submit"}]
    unlabelled = [it.get("name") for it in fields if not labelled(shown, it)]
    assert len(fields) > 20
    assert unlabelled == []


def labelled(page, field):
    return field.get("aria-label") or page.xpath("//label[@for=$id]", id=field.get("id"))


@pytest.mark.parametrize("name", ["service_metadata", "check_answer"])
def test_the_page_leads_to_what_else_can_be_done_with_a_service(admin, keys, name):
    assert f'href="{reverse(f"admin:{name}", args=["flex"])}"' in admin.get(f"{LIST}{a_service().pk}/change/").text


@pytest.mark.parametrize("name", ["service_from_metadata", "connect_flex", "would_answer", "key_change"])
def test_the_list_leads_to_what_else_can_be_done(admin, name):
    assert f'href="{reverse(f"admin:{name}")}"' in admin.get(LIST).text


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
