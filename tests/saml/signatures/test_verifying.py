"""Signatures in a message: which keys count, and what a signature makes believed."""

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.errors import MisshapenSignature, MissingSignature, UnknownSigningKey, WrongDestination
from idp.saml.requests.authn_request import parse
from idp.saml.signatures import verifying
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.messages import ACS, SP, a_request, a_signed_query, a_signed_request, checked, receive_redirect, signed
from tests.saml.signed_requests import CURVES, DS_, OTHER_CURVES, XML, keys


def test_a_signed_request_holds(sp_pair):
    xml = a_signed_request(sp_pair)
    assert parse(xml).has_signature
    assert checked(xml, **keys(sp_pair)).signed


@pytest.mark.parametrize("algorithm", ["rsa-sha384", "rsa-sha512"])
def test_stronger_digests_hold(sp_pair, algorithm):
    xml = signed(XML, sp_pair, signature_algorithm=algorithm, digest_algorithm=algorithm[4:])
    assert checked(xml, **keys(sp_pair)).signed


@pytest.mark.parametrize(("curve", "algorithm"), CURVES)
def test_an_ecdsa_signature_holds(curve, algorithm):
    pair = a_pair("ec", curve=curve)
    assert checked(signed(XML, pair, signature_algorithm=algorithm.rpartition("#")[2]), **keys(pair)).signed


@pytest.mark.parametrize("curve", OTHER_CURVES)
def test_a_registered_key_on_another_curve_does_not_count(curve):
    pair = a_pair("ec", curve=curve)
    with pytest.raises(UnknownSigningKey, match="by one of 0 registered keys"):
        checked(signed(XML, pair, signature_algorithm="ecdsa-sha256"), **keys(pair))


def test_the_second_of_three_keys_is_found(sp_pair):
    three = keys(a_pair("ec", curve=True), sp_pair, a_pair("stranger"))
    assert checked(a_signed_request(sp_pair), **three).signed
    assert checked(receive_redirect(a_signed_query(XML, sp_pair)), **three).signed


def test_an_expired_certificate_still_carries_its_key():
    pair = a_pair("expired", expired=True)
    assert checked(a_signed_request(pair), **keys(pair)).signed


@pytest.mark.parametrize("known", [(), ("third",), ("third", "idp")], ids=["no key", "another key", "two others"])
def test_a_key_that_is_not_registered_is_refused(sp_pair, known):
    others = keys(*map(a_pair, known))
    for message in (a_signed_request(sp_pair), receive_redirect(a_signed_query(XML, sp_pair))):
        with pytest.raises(UnknownSigningKey, match=f"by one of {len(known)} registered keys, saw another or none$"):
            checked(message, **others)


def test_a_registered_key_that_is_too_small_does_not_count():
    small = a_pair("small", bits=1024)
    with pytest.raises(UnknownSigningKey):
        checked(a_signed_request(small), **keys(small))


def test_the_certificate_inside_the_message_does_not_count(sp_pair):
    with pytest.raises(UnknownSigningKey):
        checked(a_signed_request(a_pair("stranger")), **keys(sp_pair))


def test_key_info_is_not_read(sp_pair):
    root = etree.fromstring(a_signed_request(sp_pair))
    key_info = root.find(f"{DS_}Signature/{DS_}KeyInfo")
    key_info.find(f"{DS_}X509Data/{DS_}X509Certificate").text = "bm90IGEgY2VydGlmaWNhdGU="
    value = etree.SubElement(etree.SubElement(key_info, f"{DS_}KeyValue"), f"{DS_}RSAKeyValue")
    etree.SubElement(value, f"{DS_}Modulus").text = "AQAB"
    etree.SubElement(value, f"{DS_}Exponent").text = "AQAB"
    assert checked(etree.tostring(root), **keys(sp_pair)).signed


@pytest.mark.parametrize(
    ("named", "tag"),
    [
        (b"<inner/>", "inner"),
        (b'<inner ID="_one"/>', "inner"),
        (a_request(ID="_two"), f"{{{names.PROTOCOL}}}AuthnRequest"),
    ],
    ids=["another name and ID", "another name", "another ID"],
)
def test_a_verifier_that_names_another_element_is_not_believed(sp_pair, monkeypatch, named, tag):
    monkeypatch.setattr(verifying, "_signed_by", lambda *_: etree.fromstring(named))
    with pytest.raises(MisshapenSignature) as caught:
        checked(a_signed_request(sp_pair), **keys(sp_pair))
    assert str(caught.value) == f"wanted the root to be signed, saw {tag} signed"


def test_a_missing_signature_is_refused_if_one_is_required():
    with pytest.raises(MissingSignature, match=f"^wanted a signed request of '{SP}', saw none$"):
        checked(XML, request_signature=RequestSignature.REQUIRE)


def test_a_required_signature_that_holds_passes(sp_pair):
    assert checked(a_signed_request(sp_pair), request_signature=RequestSignature.REQUIRE, **keys(sp_pair)).signed


def test_an_ignored_signature_counts_as_none():
    xml = signed(a_request(), a_pair("stranger"))
    assert not checked(xml, request_signature=RequestSignature.IGNORE).signed


def test_a_signed_request_must_name_its_destination(sp_pair):
    for message in (signed(a_request(), sp_pair), receive_redirect(a_signed_query(a_request(), sp_pair))):
        with pytest.raises(WrongDestination):
            checked(message, **keys(sp_pair))


def test_changed_content_is_refused(sp_pair):
    xml = a_signed_request(sp_pair, AssertionConsumerServiceURL=ACS).replace(b"/acs", b"/acs/two")
    with pytest.raises(UnknownSigningKey):
        checked(xml, **keys(sp_pair))


def test_comments_added_after_signing_change_nothing(sp_pair):
    xml = a_signed_request(sp_pair).replace(b"sp.example", b"sp.<!-- x -->example")
    assert checked(xml, **keys(sp_pair)).signed
