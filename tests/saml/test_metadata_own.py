"""Our own metadata, to the letter: what a service provider's operators and programs find in it."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.metadata.own import build, build_signed
from idp.saml.signing import SamlKey
from tests.saml.keys import a_pair
from tests.saml.messages import NOW, SSO_URL
from tests.saml.test_metadata import FULL, IDP, an_idp

MD = f"{{{names.METADATA}}}"
UI = f"{{{names.METADATA_UI}}}"


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


def test_it_begins_as_xml_in_utf_8_and_declares_each_namespace_once(pair):
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
