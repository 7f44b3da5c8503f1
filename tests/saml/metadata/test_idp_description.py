"""Our own metadata: valid, complete, and read by another library."""

from datetime import UTC, datetime

import pytest
from lxml import etree
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from idp.saml import names
from idp.saml.documents.schemas import Schema, validate
from idp.saml.metadata.idp_description import build, build_signed
from idp.saml.signatures.signing import SamlKey
from tests.saml.keys import a_pair
from tests.saml.messages import NOW, SSO_URL
from tests.saml.metadata.ours import FULL, IDP, an_idp

MD = f"{{{names.METADATA}}}"
UI = f"{{{names.METADATA_UI}}}"


def paths(root):
    return [etree.QName(it).localname for it in root]


@pytest.mark.parametrize("changes", [{}, FULL], ids=["least", "full"])
def test_our_metadata_is_valid_by_the_schema(changes):
    validate(etree.fromstring(build(an_idp(**changes))), Schema.METADATA)


def test_our_metadata_is_read_by_another_library():
    read_back = OneLogin_Saml2_IdPMetadataParser.parse(build(an_idp(certificates=(a_pair("idp").certificate,))))
    assert read_back["idp"]["entityId"] == IDP
    assert read_back["idp"]["singleSignOnService"] == {"url": SSO_URL, "binding": names.HTTP_REDIRECT}
    pem = "".join(a_pair("idp").certificate.splitlines()[1:-1])
    assert read_back["idp"]["x509cert"] == pem


def test_every_published_certificate_is_there_in_its_order():
    root = etree.fromstring(build(an_idp()))
    held = [it.text for it in root.iter(f"{{{names.SIGNATURE}}}X509Certificate")]
    assert held == ["".join(a_pair(it).certificate.splitlines()[1:-1]) for it in ("idp", "next")]
    assert {it.get("use") for it in root.iter(f"{MD}KeyDescriptor")} == {"signing"}


def test_logout_is_published_only_if_there_is_any():
    assert "SingleLogoutService" not in paths(etree.fromstring(build(an_idp()))[0])
    assert paths(etree.fromstring(build(an_idp(**FULL)))[0]).count("SingleLogoutService") == 2


def test_logout_is_published_in_both_bindings_between_keys_and_formats():
    role = etree.fromstring(build(an_idp(**FULL)))[0]
    services = role.findall(f"{MD}SingleLogoutService")
    assert [it.get("Binding") for it in services] == [names.HTTP_REDIRECT, names.HTTP_POST]
    assert {it.get("Location") for it in services} == {FULL["slo_url"]}
    order = list(dict.fromkeys(paths(role)))
    assert order == ["Extensions", "KeyDescriptor", "SingleLogoutService", "NameIDFormat", "SingleSignOnService"]


def test_our_logout_is_found_by_another_library():
    read_back = OneLogin_Saml2_IdPMetadataParser.parse(build(an_idp(**FULL)))
    assert read_back["idp"]["singleLogoutService"] == {"url": FULL["slo_url"], "binding": names.HTTP_REDIRECT}


def test_optional_settings_that_are_empty_are_not_published():
    root = etree.fromstring(build(an_idp()))
    assert root[0].get("errorURL") is None
    assert paths(root) == ["IDPSSODescriptor", "Organization"]


def test_no_request_must_be_signed():
    assert etree.fromstring(build(an_idp()))[0].get("WantAuthnRequestsSigned") == "false"


def test_names_with_markup_come_back_equal():
    root = etree.fromstring(build(an_idp()))
    assert root.findtext(f"{MD}Organization/{MD}OrganizationName") == "Latchkey <&> Söhne"


def test_our_algorithms_are_published():
    root = etree.fromstring(build(an_idp()))
    assert {it.get("Algorithm") for it in root.iter("{*}SigningMethod")} == names.SIGNATURE_ALGORITHMS


# To the letter: what operators and programs of a service provider find in it


@pytest.fixture(scope="module")
def pair():
    return a_pair("own metadata", curve=True)


def published(pair, **changes):
    return etree.fromstring(build(an_idp(certificates=(pair.certificate,), **changes)))


def shape(element):
    """An element as its name, attributes and text, and what is inside."""
    told = (etree.QName(element).localname, dict(element.attrib), (element.text or "").strip())
    return (*told, *map(shape, element))


def test_a_short_name_is_published_with_its_language_for_people_to_see(pair):
    lang = {f"{{{names.XML}}}lang": "en"}
    root = published(pair, name="Acme <3")
    assert shape(root.find(f".//{UI}UIInfo")) == ("UIInfo", {}, "", ("DisplayName", lang, "Acme <3"))
    assert shape(root.find(f"{MD}Organization")) == (
        "Organization",
        {},
        "",
        ("OrganizationName", lang, "Acme <3"),
        ("OrganizationDisplayName", lang, "Acme <3"),
        ("OrganizationURL", lang, "https://idp.example.org/"),
    )


def test_a_logo_and_a_contact_are_published_where_they_are_set(pair):
    root = published(pair, **FULL)
    size = {"width": "64", "height": "64"}
    assert shape(root.find(f".//{UI}Logo")) == ("Logo", size, "https://idp.example.org/logo.png")
    assert shape(root.find(f"{MD}ContactPerson")) == (
        "ContactPerson",
        {"contactType": "technical"},
        "",
        ("GivenName", {}, "Ops"),
        ("EmailAddress", {}, "mailto:ops@example.org"),
    )


def test_the_role_names_its_protocol_its_help_and_that_no_request_must_be_signed(pair):
    root = published(pair, **FULL)
    assert dict(root.attrib) == {"entityID": IDP}
    assert dict(root.find(f"{MD}IDPSSODescriptor").attrib) == {
        "protocolSupportEnumeration": names.PROTOCOL,
        "errorURL": "https://idp.example.org/help",
        "WantAuthnRequestsSigned": "false",
    }


def test_sign_in_and_sign_out_are_published_by_redirect_first_and_formats_in_their_order(pair):
    role = published(pair, **FULL).find(f"{MD}IDPSSODescriptor")
    for name, url in (("SingleSignOnService", SSO_URL), ("SingleLogoutService", FULL["slo_url"])):
        assert [dict(it.attrib) for it in role.iter(f"{MD}{name}")] == [
            {"Binding": names.HTTP_REDIRECT, "Location": url},
            {"Binding": names.HTTP_POST, "Location": url},
        ]
    assert [it.text for it in role.iter(f"{MD}NameIDFormat")] == [names.UNSPECIFIED, names.PERSISTENT]


def test_algorithms_are_published_in_one_order_in_front_of_the_name(pair):
    extensions = published(pair).find(f".//{MD}Extensions")
    assert [shape(it) for it in extensions[:-1]] == [
        *(("DigestMethod", {"Algorithm": it}, "") for it in sorted(names.DIGEST_ALGORITHMS)),
        *(("SigningMethod", {"Algorithm": it}, "") for it in sorted(names.SIGNATURE_ALGORITHMS)),
    ]


def test_a_certificate_is_published_for_signing_without_its_frame(pair):
    root = published(pair)
    (key,) = root.iter(f"{MD}KeyDescriptor")
    assert dict(key.attrib) == {"use": "signing"}
    assert key.findtext(".//{*}X509Certificate") == "".join(pair.certificate.splitlines()[1:-1])


def test_the_document_is_utf_8_and_declares_each_namespace_once(pair):
    text = build(an_idp(certificates=(pair.certificate,)))
    assert text.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<md:EntityDescriptor xmlns:")
    assert "Latchkey &lt;&amp;&gt; Söhne".encode() in text
    assert text.count(b"xmlns:") == 4


def test_signed_it_holds_until_the_instant_given_and_has_a_fresh_id_each_time(pair):
    key = SamlKey.load(pair.private_pem, pair.certificate, names.ECDSA_SHA256)
    one, two = (etree.fromstring(build_signed(an_idp(certificates=()), key, NOW.replace(day=30))) for _ in range(2))
    assert datetime.fromisoformat(one.get("validUntil")) == datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert sorted(one.attrib) == ["ID", "entityID", "validUntil"]
    assert one[0].find(".//{*}Reference").get("URI") == f"#{one.get('ID')}"
    assert one.get("ID") != two.get("ID")
