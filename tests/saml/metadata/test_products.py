"""What is read from service providers' metadata: shapes of products, names, keys and algorithms."""

import pytest

from idp.saml import names
from idp.saml.encryption import KeyTransport
from idp.saml.errors import UnreadableMetadata
from idp.saml.metadata.sp_description import Endpoint, read
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import (
    ACS,
    CBC,
    ENTITY,
    PRODUCTS,
    RSA_15,
    SLO,
    acs,
    an_entity,
    bare,
    key,
    methods,
    of_product,
    takes,
)

SP = a_pair("sp").certificate
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"


# IIP-MD05, MD06: eight products


@pytest.mark.parametrize("product", PRODUCTS)
def test_md05_metadata_of_a_product_says_who_and_where(product):
    sp = read(of_product(product))
    assert sp.entity_id == ENTITY
    assert [it.url for it in sp.acs if it.is_default] == [f"{ACS}/POST" if product == "Shibboleth" else ACS]
    assert sp.objections == ()


def test_md05_mellons_logout_addresses_and_algorithms_are_read():
    sp = read(of_product("mellon"))
    assert (sp.authn_requests_signed, sp.want_assertions_signed) == (True, True)
    assert sp.slo == (Endpoint(names.SOAP, SLO), Endpoint(names.HTTP_REDIRECT, SLO))
    assert sp.signing_certificates == sp.encryption_certificates == (SP,)


def test_md10_shibboleth_names_more_than_we_have_and_gets_our_first():
    sp = read(of_product("Shibboleth"))
    assert sp.signature_algorithms == (names.RSA_SHA256, names.RSA_SHA512)
    assert sp.encryption_algorithms == (names.AES256_GCM,)
    assert sp.key_transports[0] == KeyTransport()


def test_md05_pysaml2_says_its_name_in_two_languages_and_one_for_true():
    sp = read(of_product("pysaml2"))
    assert (sp.display_name, sp.authn_requests_signed, sp.want_assertions_signed) == ("The App", True, True)


def test_md07_simplesamlphp_publishes_two_keys_and_one_address_twice():
    sp = read(of_product("SimpleSAMLphp"))
    assert sp.signing_certificates == (SP, a_pair("next").certificate)
    assert [(it.url, it.index) for it in sp.acs] == [(ACS, 0)]
    assert (sp.display_name, sp.valid_until.day) == ("The App", 21)


# Names


def named(*texts):
    inner = "".join(f'<u:DisplayName xml:lang="{lang}">{text}</u:DisplayName>' for lang, text in texts)
    ui = f'<md:Extensions><u:UIInfo xmlns:u="{names.METADATA_UI}">{inner}</u:UIInfo></md:Extensions>'
    return read(an_entity(ui)).display_name


def test_the_only_name_is_the_suggestion_whatever_its_language():
    assert named(("fr", "Appli <!-- x -->ici")) == "Appli ici"


def test_a_name_without_a_language_and_in_parts_is_read():
    name = "<u:DisplayName>App<b>lication</b></u:DisplayName>"
    ui = f'<md:Extensions><u:UIInfo xmlns:u="{names.METADATA_UI}">{name}</u:UIInfo></md:Extensions>'
    assert read(an_entity(ui)).display_name == "Application"


def test_an_empty_name_is_none():
    assert named(("en", "  "), ("de", "Anwendung")) == "Anwendung"
    assert named() == ""


def test_a_name_is_cut_to_what_a_row_can_hold():
    assert len(named(("en", "x" * 300))) == 100


# IIP-MD09, MD10: signatures


def chosen(**declared):
    return read(an_entity(takes(**declared))).signature_algorithms


def test_md10_who_declares_nothing_takes_all():
    assert read(an_entity()).signature_algorithms is None


@pytest.mark.parametrize(
    ("declared", "ours"),
    [
        ({"signing": (names.RSA_SHA512,)}, (names.RSA_SHA512,)),
        ({"signing": (names.RSA_SHA512, names.RSA_SHA256)}, (names.RSA_SHA256, names.RSA_SHA512)),
        ({"signing": (RSA_SHA1, names.ECDSA_SHA256)}, (names.ECDSA_SHA256,)),
        ({"digests": (names.SHA512,)}, (names.RSA_SHA512,)),
        ({"digests": (names.SHA384, SHA1)}, (names.RSA_SHA384,)),
        ({"signing": (names.RSA_SHA256, names.RSA_SHA384), "digests": (names.SHA384,)}, (names.RSA_SHA384,)),
    ],
)
def test_md10_only_what_is_declared_is_used_and_in_our_order(declared, ours):
    assert chosen(**declared) == ours


@pytest.mark.parametrize(
    "declared",
    [
        {"signing": (RSA_SHA1,)},
        {"digests": (SHA1,)},
        {"signing": (names.RSA_SHA256,), "digests": (names.SHA512,)},
        {"signing": ("http://www.w3.org/2007/05/xmldsig-more#rsa-pss",)},
    ],
)
def test_alg08_who_takes_only_what_we_deny_is_refused_by_name(declared):
    with pytest.raises(UnreadableMetadata, match=r"takes only signatures that are not made here.*(sha1|sha512|pss)"):
        chosen(**declared)


def test_md10_the_role_counts_before_the_entity():
    xml = an_entity(takes(signing=(names.RSA_SHA512,)), entity=takes(signing=(names.RSA_SHA384,)))
    assert read(xml).signature_algorithms == (names.RSA_SHA512,)


def test_md10_a_role_that_leaves_digests_open_takes_those_of_its_entity():
    role = takes(signing=(names.RSA_SHA256, names.RSA_SHA384))
    xml = an_entity(role, entity=takes(signing=(names.RSA_SHA512,), digests=(names.SHA384,)))
    assert read(xml).signature_algorithms == (names.RSA_SHA384,)


def test_md10_an_algorithm_is_read_without_the_white_space_of_xml_around_it():
    assert chosen(signing=(f" {names.RSA_SHA512}\t",)) == (names.RSA_SHA512,)
    assert chosen(signing=(f"\xa0{names.RSA_SHA512}", names.RSA_SHA384)) == (names.RSA_SHA384,)


def test_md10_a_method_that_names_no_algorithm_says_nothing():
    nameless = takes(signing=("",)).replace(' Algorithm=""', "")
    with pytest.raises(UnreadableMetadata, match=r"not made here: ''$"):
        read(an_entity(nameless))


# IIP-MD08, MD10: encryption


def encryption(*declared, inner=""):
    sp = read(an_entity(key(use="encryption", inner=methods(*declared) + inner)))
    return sp.encryption_algorithms, sp.key_transports


def test_md10_a_key_without_methods_takes_our_defaults():
    assert encryption() == (None, None)


def test_md10_ciphers_alone_leave_the_transport_open():
    assert encryption(CBC, names.AES128_GCM) == ((names.AES128_GCM,), None)


def test_md10_of_two_ciphers_the_longer_key_comes_first_however_they_are_declared():
    assert encryption(names.AES128_GCM, names.AES256_GCM)[0] == (names.AES256_GCM, names.AES128_GCM)


def test_md10_transports_alone_leave_the_cipher_open():
    ciphers, transports = encryption(RSA_15, names.RSA_OAEP)
    either = tuple(KeyTransport(names.RSA_OAEP, digest) for digest in (names.SHA1_IN_OAEP, names.SHA256))
    assert (ciphers, transports) == (None, either)


def oaep(digest, mask=""):
    mgf = f'<x:MGF xmlns:x="http://www.w3.org/2009/xmlenc11#" Algorithm="{mask}"/>' if mask else ""
    return (
        f'<md:EncryptionMethod Algorithm="{names.RSA_OAEP_MGF1P}"><ds:DigestMethod '
        f'xmlns:ds="{names.SIGNATURE}" Algorithm="{digest}"/>{mgf}</md:EncryptionMethod>'
    )


def test_md10_the_digest_inside_oaep_is_kept_to():
    assert encryption(inner=oaep(names.SHA256))[1] == (KeyTransport(names.RSA_OAEP_MGF1P, names.SHA256),)
    assert encryption(inner=oaep(SHA1))[1] == (KeyTransport(),)


@pytest.mark.parametrize(
    "inner",
    [
        methods(CBC),
        methods(names.AES256_GCM, RSA_15),
        methods(names.AES256_GCM, "http://www.w3.org/2001/04/xmlenc#kw-aes256"),
        methods("http://www.w3.org/2001/04/xmlenc#tripledes-cbc", RSA_15),
        oaep(names.SHA512),
        oaep(names.SHA256, "http://www.w3.org/2009/xmlenc11#mgf1sha256"),
    ],
)
def test_alg05_a_key_for_what_we_deny_is_not_encrypted_for_and_that_is_said(inner):
    sp = read(an_entity(key(use="encryption", inner=inner)))
    assert sp.encryption_certificates == ()
    assert "cannot be encrypted" in sp.objections[0]
    assert "http://www.w3.org" in sp.objections[0]


def test_alg05_the_objection_names_everything_that_the_key_is_for():
    sp = read(an_entity(key(use="encryption", inner=methods(CBC, RSA_15, CBC))))
    assert sp.objections == (
        f"It wants Assertions encrypted by '{CBC}, {RSA_15}', which is not offered here; "
        "Assertions for it cannot be encrypted.",
    )


def test_md08_of_two_encryption_keys_the_one_we_can_serve_counts():
    xml = an_entity(
        key("idp", "encryption", methods(CBC)) + key("sp", "encryption", methods(names.AES128_GCM)) + key("next")
    )
    sp = read(xml)
    assert (sp.encryption_certificates, sp.encryption_algorithms) == ((SP,), (names.AES128_GCM,))
    assert sp.objections == ()


def test_md08_two_keys_of_one_kind_are_both_kept():
    sp = read(an_entity(key("sp", "encryption") + key("next")))
    assert sp.encryption_certificates == (SP, a_pair("next").certificate)


# Odd keys


def test_md12_a_certificate_in_its_armour_is_read():
    armoured = f"-----BEGIN CERTIFICATE-----\n{bare('sp')}-----END CERTIFICATE-----"
    xml = an_entity(key(use="signing")).replace(bare("sp").encode(), armoured.encode())
    assert read(xml).signing_certificates == (SP,)


def test_md11_a_key_by_name_alone_is_passed_over():
    named_only = f'<md:KeyDescriptor><ds:KeyInfo xmlns:ds="{names.SIGNATURE}"><ds:KeyName>k</ds:KeyName></ds:KeyInfo>'
    assert read(an_entity(f"{named_only}</md:KeyDescriptor>")).signing_certificates == ()


def test_md12_a_certificate_with_a_foreign_character_is_refused():
    xml = an_entity(key(use="signing")).replace(b"MII", b"M!II", 1)
    with pytest.raises(UnreadableMetadata, match=r"^wanted a certificate, but "):
        read(xml)


@pytest.mark.parametrize(("use", "certificates"), [(" signing\n", (SP,)), ("\xa0signing", ())])
def test_md08_the_use_of_a_key_is_read_without_the_white_space_of_xml_around_it(use, certificates):
    assert read(an_entity(key(use=use))).signing_certificates == certificates


# Aggregates


def aggregate(*entities, root=""):
    return b"".join(
        (f'<e:EntitiesDescriptor xmlns:e="{names.METADATA}" {root}>'.encode(), *entities, b"</e:EntitiesDescriptor>")
    )


IDP = an_entity(entity_id="urn:idp").replace(b"SPSSODescriptor", b"IDPSSODescriptor")


def test_an_aggregate_with_one_service_provider_is_read():
    sp = read(aggregate(IDP, an_entity(), root='validUntil="2026-12-01T00:00:00Z"'))
    assert (sp.entity_id, sp.valid_until.month) == (ENTITY, 12)


@pytest.mark.parametrize(
    ("xml", "count"),
    [
        (aggregate(an_entity(), an_entity(entity_id="urn:b")), 2),
        (aggregate(IDP), 0),
        (aggregate(aggregate(an_entity())), 1),
    ],
    ids=["two", "none", "nested"],
)
def test_an_aggregate_of_others_is_refused_in_words(xml, count):
    with pytest.raises(UnreadableMetadata, match=f"it is an aggregate with {count} service providers"):
        read(xml)


# Hostile ones


BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
HOSTILE = {
    "an external entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + an_entity(root='x="&b;"'),
    "a parameter entity": b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x"> %b;]>' + an_entity(),
    "a bomb": BOMB + an_entity(),
    "a bomb in UTF-16": (BOMB + an_entity()).decode().encode("utf-16"),
    "an unknown entity": an_entity().replace(b"md:SPSSODescriptor>", b"md:SPSSODescriptor>&b;", 1),
    "an ID twice": an_entity(root='ID="a"', role='ID="a"'),
    "very deep": b"<a>" * 20_000 + b"</a>" * 20_000,
    "a child in a certificate": an_entity(key()).replace(b"X509Certificate>", b"X509Certificate><x/>", 1),
    "an ACS of another scheme": an_entity(acs("javascript:alert(1)")),
    "an ACS with a user": an_entity(acs("https://app.example.org@evil.example/")),
    "a logout address over http": an_entity(f'<md:SingleLogoutService Binding="x" Location="http://a.b"/>{acs()}'),
}


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE)
def test_hostile_metadata_is_refused(xml):
    with pytest.raises(UnreadableMetadata):
        read(xml)


def test_xinclude_and_schema_locations_are_passed_over():
    xml = an_entity(
        entity='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
        root='xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:schemaLocation="urn:x http://127.0.0.1:9/x"',
    )
    assert read(xml).entity_id == ENTITY
