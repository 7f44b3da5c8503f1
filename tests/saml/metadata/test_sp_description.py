"""What is read from a service provider's metadata, and what cannot be used."""

import base64
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idp.saml import names
from idp.saml.errors import UnreadableMetadata
from idp.saml.metadata.idp_description import build
from idp.saml.metadata.sp_description import MAX_METADATA, AcsDescription, Endpoint, read
from idp.saml.metadata_updates import words
from tests.saml.keys import a_pair
from tests.saml.messages import ACS, SP
from tests.saml.metadata.ours import an_idp

POST = f'Binding="{names.HTTP_POST}"'
SERVICE = f'<md:AssertionConsumerService {POST} Location="{ACS}" index="0"/>'


def an_sp(inner=SERVICE, *, attributes="", root=f'entityID="{SP}"'):
    return (
        f'<md:EntityDescriptor xmlns:md="{names.METADATA}" xmlns:ds="{names.SIGNATURE}" {root}>'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}" {attributes}>{inner}'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    ).encode()


def key(name, use="", **kind):
    der = x509.load_pem_x509_certificate(a_pair(name, **kind).certificate.encode()).public_bytes(Encoding.DER)
    return (
        f"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{base64.encodebytes(der).decode()}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


SIGNING, ENCRYPTION = ' use="signing"', ' use="encryption"'


def test_the_least_metadata_is_read():
    sp = read(an_sp())
    assert (sp.entity_id, sp.acs) == (SP, (AcsDescription(ACS, 0, is_default=True),))
    assert (sp.signing_certificates, sp.name_id_formats, sp.slo) == ((), (), ())
    assert not sp.authn_requests_signed
    assert sp.valid_until is None


def test_a_full_document_is_read():
    inner = (
        key("sp", SIGNING)
        + f'<md:SingleLogoutService Binding="{names.HTTP_REDIRECT}" Location="https://sp.example.org/slo" '
        'ResponseLocation="https://sp.example.org/done"/>'
        + f"<md:NameIDFormat>\n {names.TRANSIENT} </md:NameIDFormat>"
        + SERVICE
    )
    sp = read(an_sp(inner, attributes='AuthnRequestsSigned="1" WantAssertionsSigned="true"'))
    assert sp.authn_requests_signed
    assert sp.want_assertions_signed
    assert sp.signing_certificates == (a_pair("sp").certificate,)
    assert sp.name_id_formats == (names.TRANSIENT,)
    assert sp.slo == (Endpoint(names.HTTP_REDIRECT, "https://sp.example.org/slo", "https://sp.example.org/done"),)


def test_a_key_without_use_serves_both():
    sp = read(an_sp(key("sp") + SERVICE))
    assert sp.signing_certificates == sp.encryption_certificates == (a_pair("sp").certificate,)


def test_several_keys_are_distinguished_by_use():
    inner = key("sp", SIGNING) + key("next", SIGNING) + key("sp", SIGNING) + key("idp", ENCRYPTION)
    sp = read(an_sp(inner + SERVICE))
    assert sp.signing_certificates == (a_pair("sp").certificate, a_pair("next").certificate)
    assert sp.encryption_certificates == (a_pair("idp").certificate,)


def test_an_expired_certificate_is_read():
    expired = a_pair("expired", expired=True).certificate
    assert read(an_sp(key("expired", expired=True) + SERVICE)).signing_certificates == (expired,)


def service(path, **attributes):
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<md:AssertionConsumerService {POST} Location="{ACS}/{path}"{written}/>'


DEFAULTS = {
    "the marked one": (service("a", index=0) + service("b", index=1, isDefault="true"), "b"),
    "the first marked": (service("a", isDefault="1") + service("b", isDefault="1"), "a"),
    "the first unmarked": (service("a", isDefault="false") + service("b") + service("c"), "b"),
    "the first of refused": (service("a", isDefault="0") + service("b", isDefault="0"), "a"),
}


@pytest.mark.parametrize(("inner", "path"), DEFAULTS.values(), ids=DEFAULTS)
def test_one_acs_is_the_default(inner, path):
    assert [it.url for it in read(an_sp(inner)).acs if it.is_default] == [f"{ACS}/{path}"]


def test_only_acs_by_post_count():
    artifact = SERVICE.replace("HTTP-POST", "HTTP-Artifact").replace(ACS, "http://plain.example")
    assert [it.url for it in read(an_sp(artifact + SERVICE)).acs] == [ACS]


def test_metadata_that_names_no_acs_by_post_is_refused():
    with pytest.raises(UnreadableMetadata):
        read(an_sp(SERVICE.replace("HTTP-POST", "HTTP-Artifact")))


def test_other_prefixes_another_order_and_extensions_are_read():
    xml = f"""<?xml version="1.0"?><!-- by hand -->
    <EntityDescriptor xmlns="{names.METADATA}" entityID="{SP}" validUntil="2027-01-01T00:00:00Z">
      <Organization><OrganizationName xml:lang="en">x</OrganizationName></Organization>
      <SPSSODescriptor protocolSupportEnumeration="urn:x {names.PROTOCOL}" validUntil="2026-12-01T00:00:00Z">
        <AssertionConsumerService index=" 3 " Location="{ACS}" Binding="{names.HTTP_POST}"/>
        <NameIDFormat>{names.PERSISTENT}</NameIDFormat>
        <Extensions><x:y xmlns:x="urn:x"/></Extensions>
      </SPSSODescriptor>
    </EntityDescriptor>""".encode()
    sp = read(xml)
    assert sp.acs == (AcsDescription(ACS, 3, is_default=True),)
    assert sp.name_id_formats == (names.PERSISTENT,)
    assert sp.valid_until is not None
    assert sp.valid_until.isoformat() == "2026-12-01T00:00:00+00:00"


def test_an_expiry_is_returned_in_utc_whatever_its_time_zone():
    sp = read(an_sp(root=f'entityID="{SP}" validUntil="2026-12-01T01:00:00+05:00"'))
    assert dict(words.summary(sp))["Valid until"] == ("2026-11-30 20:00 UTC",)


def located(url):
    return an_sp(SERVICE.replace(ACS, url))


UNREADABLE = {
    "not XML": b"<",
    "an aggregate": f'<md:EntitiesDescriptor xmlns:md="{names.METADATA}"/>'.encode(),
    "an identity provider": build(an_idp()),
    "SAML 1.1": an_sp().replace(names.PROTOCOL.encode(), b"urn:oasis:names:tc:SAML:1.1:protocol"),
    "no entity ID": an_sp(root=""),
    "a padded entity ID": an_sp(root=f'entityID=" {SP}"'),
    "a long entity ID": an_sp(root=f'entityID="{"x" * 1025}"'),
    "no ACS": an_sp(""),
    "a bad boolean": an_sp(attributes='AuthnRequestsSigned="yes"'),
    "a bad index": an_sp(SERVICE.replace('"0"', '"x"')),
    "a large index": an_sp(SERVICE.replace('"0"', '"65536"')),
    "a bad certificate": an_sp(key("sp").replace("MII", "!!!", 1) + SERVICE),
    "an empty certificate": an_sp(re.sub(r"(?s)(<ds:X509Certificate>).*(</ds:X509C)", r"\1\2", key("sp")) + SERVICE),
    "a bad end": an_sp(root=f'entityID="{SP}" validUntil="soon"'),
    "an end beyond our calendar": an_sp(root=f'entityID="{SP}" validUntil="9999-12-31T23:59:59-01:00"'),
    "a logout by script": an_sp(SERVICE + '<md:SingleLogoutService Binding="x" Location="javascript:x"/>'),
    "a DTD": b"<!DOCTYPE a>" + an_sp(),
    "too large": an_sp() + b" " * MAX_METADATA,
}


@pytest.mark.parametrize("xml", UNREADABLE.values(), ids=UNREADABLE)
def test_metadata_that_cannot_be_used_is_refused(xml):
    with pytest.raises(UnreadableMetadata):
        read(xml)


def test_metadata_with_an_acs_that_is_not_https_is_refused():
    with pytest.raises(UnreadableMetadata, match="http is allowed only"):
        read(located("http://sp.example.org/acs"))


TAKEN = [ACS, f"{ACS}?a=b&amp;c=d", "http://localhost:8000/acs", "http://127.0.0.1/acs", "http://[::1]:9/acs"]


@pytest.mark.parametrize("url", TAKEN)
def test_an_address_that_can_be_an_acs_is_taken_as_it_is(url):
    assert read(located(url)).acs[0].url == url.replace("&amp;", "&")


# To the letter: what the log says, and what is just in range


SAID = {
    "wanted well-formed XML, but 'StartTag: invalid": b"<",
    "wanted true, false, 1 or 0 in AuthnRequestsSigned, saw 'yes'": an_sp(attributes='AuthnRequestsSigned="yes"'),
    "wanted an EntityDescriptor, saw 'a'": b"<a/>",
    "wanted an SPSSODescriptor for SAML 2.0, saw none": an_sp().replace(b"protocolSupportEnumeration", b"x"),
    "wanted an entityID of 1 to 1024, saw ' x'": an_sp(root='entityID=" x"'),
    "wanted an AssertionConsumerService by HTTP-POST, saw none": an_sp(
        f'<md:AssertionConsumerService Location="{ACS}"/>'
    ),
    "wanted an index from 0 to 65535, saw 'x'": an_sp(SERVICE.replace('"0"', '"x"')),
    "wanted an index from 0 to 65535, saw '\\xa01'": an_sp(SERVICE.replace('"0"', '"\xa01"')),
    "wanted an address to send to, saw '': ": an_sp(SERVICE.replace("Location", "Elsewhere")),
    "wanted an address to send to, saw '\\xa0https://": an_sp(SERVICE.replace(ACS, f"\xa0{ACS}")),
    "wanted an instant in validUntil, saw 'soon'": an_sp(root=f'entityID="{SP}" validUntil="soon"'),
    "wanted an instant in validUntil, saw '\\xa02026-12-01T00:00:00Z'": an_sp(
        root=f'entityID="{SP}" validUntil="\xa02026-12-01T00:00:00Z"'
    ),
}


@pytest.mark.parametrize(("sentence", "xml"), SAID.items())
def test_the_log_says_why_metadata_cannot_be_used(sentence, xml):
    with pytest.raises(UnreadableMetadata) as caught:
        read(xml)
    assert str(caught.value).startswith(sentence)


def test_metadata_of_more_than_64_kb_is_read():
    assert read(an_sp() + b" " * 200_000).entity_id == SP


@pytest.mark.parametrize("entity_id", ["x", "x" * 1024])
def test_the_shortest_and_the_longest_entity_id_are_read(entity_id):
    assert read(an_sp(root=f'entityID="{entity_id}"')).entity_id == entity_id


def test_the_largest_index_is_read():
    assert read(an_sp(SERVICE.replace('"0"', '"65535"'))).acs[0].index == 65_535


def test_an_end_without_a_time_zone_is_in_utc(server_in_tokyo):
    for written in ("2026-12-01T00:00:00", "2026-12-01T05:00:00+05:00"):
        sp = read(an_sp(root=f'entityID="{SP}" validUntil="{written}"'))
        assert sp.valid_until.isoformat() == "2026-12-01T00:00:00+00:00"


def test_only_the_white_space_of_xml_is_stripped():
    binding = f"\xa0{names.HTTP_POST}"
    logout = f'<md:SingleLogoutService Binding="{binding}" Location="{ACS}"/>'
    inner = f"{logout}<md:NameIDFormat>\xa0x </md:NameIDFormat>" + SERVICE.replace(names.HTTP_POST, binding) + SERVICE
    sp = read(an_sp(inner))
    assert (sp.slo, sp.name_id_formats, len(sp.acs)) == ((Endpoint(binding, ACS),), ("\xa0x",), 1)


def test_a_logout_address_that_names_no_binding_is_read():
    assert read(an_sp(f'<md:SingleLogoutService Location="{ACS}"/>' + SERVICE)).slo == (Endpoint("", ACS),)
