"""Signatures of requests: the shapes that are let near a verifier, and the keys that count."""

import os
from copy import deepcopy
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from idp.saml import names, request_signature
from idp.saml.authn_request import parse
from idp.saml.bindings import receive_redirect
from idp.saml.errors import (
    BadSignature,
    DeniedAlgorithm,
    MisshapenSignature,
    MissingSignature,
    UnknownSigningKey,
    UnreadableRequest,
    WrongDestination,
)
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.messages import (
    ACS,
    DS,
    SSO_URL,
    a_query,
    a_request,
    a_signed_query,
    a_signed_request,
    checked,
    signed,
)
from tests.saml.wrapping import (
    in_extensions,
    in_extensions_signature_copied_up,
    in_extensions_signature_moved_up,
    in_the_object_of_the_signature,
    with_the_same_id,
)

DS_ = f"{{{DS}}}"
SAMLP = f"{{{names.PROTOCOL}}}"
SAML = f"{{{names.ASSERTION}}}"
XML = a_request(Destination=SSO_URL)
C14N = names.EXCLUSIVE_C14N


def keys(*pairs):
    return {"signing_certificates": tuple(it.certificate for it in pairs)}


def lower(value, safe=""):
    return "".join(it.lower() if it.startswith("%") else it for it in _escapes(quote(value, safe=safe)))


def _escapes(text):
    at = 0
    while at < len(text):
        step = 3 if text[at] == "%" else 1
        yield text[at : at + step]
        at += step


# The query


@pytest.mark.parametrize("escape", [quote, quote_plus, lower])
def test_a_signed_query_holds_over_the_octets_as_sent(sp_pair, escape):
    query = a_signed_query(XML, sp_pair, relay_state="a b+c/é", escape=escape)
    trusted = checked(receive_redirect(query), **keys(sp_pair))
    assert (trusted.signed, trusted.relay_state) == (True, "a b+c/é")


def test_a_signed_query_without_relay_state_holds(sp_pair):
    assert checked(receive_redirect(a_signed_query(XML, sp_pair)), **keys(sp_pair)).signed


def test_parameters_may_stand_in_another_order(sp_pair):
    query = "&".join(reversed(a_signed_query(XML, sp_pair, relay_state="r").split("&")))
    assert checked(receive_redirect(query), **keys(sp_pair)).signed


@pytest.mark.parametrize("der", [True, False], ids=["DER", "side by side"])
def test_an_ecdsa_query_holds_in_both_forms(der):
    pair = a_pair("ec", curve=True)
    query = a_signed_query(XML, pair, algorithm=names.ECDSA_SHA256)
    received = receive_redirect(query)
    message = received if der else side_by_side(received)
    assert checked(message, **keys(pair)).signed


def side_by_side(received):
    r, s = decode_dss_signature(received.query_signature.value)
    value = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return replace(received, query_signature=replace(received.query_signature, value=value))


def tampered():
    signed_query = a_signed_query(XML, a_pair("sp"), relay_state="r")
    plain = a_signed_query(XML, a_pair("sp"))
    return {
        "RelayState changed": signed_query.replace("RelayState=r", "RelayState=s"),
        "RelayState dropped": signed_query.replace("&RelayState=r", ""),
        "RelayState emptied": signed_query.replace("RelayState=r", "RelayState="),
        "RelayState added": f"{plain}&RelayState=r",
        "another request": signed_query.replace(
            signed_query.split("&")[0], a_query(a_request(ID="_two", Destination=SSO_URL))
        ),
        "another algorithm": signed_query.replace("rsa-sha256", "rsa-sha512"),
        "a family of another key": signed_query.replace("rsa-sha256", "ecdsa-sha256"),
        "other escapes": signed_query.replace("%2F", "%2f"),
        "another value": signed_query.rpartition("=")[0] + "=YWJj",
    }


@pytest.mark.parametrize("name", tampered())
def test_a_tampered_query_is_refused(sp_pair, name):
    with pytest.raises(UnknownSigningKey):
        checked(receive_redirect(tampered()[name]), **keys(sp_pair))


SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
DENIED = [
    SHA1,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
    names.RSA_SHA256 + " ",
    names.RSA_SHA256.upper(),
    "rsa-sha256",
    "urn:x",
]


@pytest.mark.parametrize("algorithm", DENIED)
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_a_query_by_a_denied_algorithm_is_refused_under_every_rule(sp_pair, algorithm, rule):
    query = a_signed_query(XML, sp_pair, algorithm=algorithm)
    with pytest.raises(DeniedAlgorithm):
        checked(receive_redirect(query), request_signature=rule, **keys(sp_pair))


def test_a_redirect_may_not_carry_its_signature_inside(sp_pair):
    received = receive_redirect(a_query(a_signed_request(sp_pair)))
    with pytest.raises(MisshapenSignature):
        checked(received, **keys(sp_pair))


def test_a_redirect_may_not_carry_two_signatures(sp_pair):
    received = receive_redirect(a_signed_query(a_signed_request(sp_pair), sp_pair))
    with pytest.raises(MisshapenSignature):
        checked(received, **keys(sp_pair))


# In the message


def test_a_signed_request_holds(sp_pair):
    xml = a_signed_request(sp_pair)
    assert parse(xml).has_signature
    assert checked(xml, **keys(sp_pair)).signed


@pytest.mark.parametrize("algorithm", ["rsa-sha384", "rsa-sha512"])
def test_stronger_digests_hold(sp_pair, algorithm):
    xml = signed(XML, sp_pair, signature_algorithm=algorithm, digest_algorithm=algorithm[4:])
    assert checked(xml, **keys(sp_pair)).signed


def test_an_ecdsa_signature_holds():
    pair = a_pair("ec", curve=True)
    assert checked(signed(XML, pair, signature_algorithm="ecdsa-sha256"), **keys(pair)).signed


def test_the_second_of_three_keys_is_found(sp_pair):
    three = keys(a_pair("ec", curve=True), sp_pair, a_pair("third"))
    assert checked(a_signed_request(sp_pair), **three).signed
    assert checked(receive_redirect(a_signed_query(XML, sp_pair)), **three).signed


def test_an_expired_certificate_still_carries_its_key():
    pair = a_pair("expired", expired=True)
    assert checked(a_signed_request(pair), **keys(pair)).signed


@pytest.mark.parametrize("known", [(), ("third",)], ids=["no key", "another key"])
def test_a_key_that_is_not_registered_is_refused(sp_pair, known):
    others = keys(*map(a_pair, known))
    for message in (a_signed_request(sp_pair), receive_redirect(a_signed_query(XML, sp_pair))):
        with pytest.raises(UnknownSigningKey):
            checked(message, **others)


def test_a_registered_key_that_is_too_small_does_not_count():
    small = a_pair("small", bits=1024)
    with pytest.raises(UnknownSigningKey):
        checked(a_signed_request(small), **keys(small))


def test_the_certificate_inside_the_message_does_not_count(sp_pair):
    with pytest.raises(UnknownSigningKey):
        checked(a_signed_request(a_pair("third")), **keys(sp_pair))


def test_key_info_is_not_read(sp_pair):
    root = etree.fromstring(a_signed_request(sp_pair))
    key_info = root.find(f"{DS_}Signature/{DS_}KeyInfo")
    key_info.find(f"{DS_}X509Data/{DS_}X509Certificate").text = "bm90IGEgY2VydGlmaWNhdGU="
    value = etree.SubElement(etree.SubElement(key_info, f"{DS_}KeyValue"), f"{DS_}RSAKeyValue")
    etree.SubElement(value, f"{DS_}Modulus").text = "AQAB"
    etree.SubElement(value, f"{DS_}Exponent").text = "AQAB"
    assert checked(etree.tostring(root), **keys(sp_pair)).signed


def test_a_verifier_that_names_another_element_is_not_believed(sp_pair, monkeypatch):
    monkeypatch.setattr(request_signature, "_signed_by", lambda *_: etree.fromstring(b"<inner/>"))
    with pytest.raises(MisshapenSignature):
        checked(a_signed_request(sp_pair), **keys(sp_pair))


def test_a_missing_signature_is_told_where_one_is_required():
    with pytest.raises(MissingSignature):
        checked(XML, request_signature=RequestSignature.REQUIRE)


def test_a_required_signature_that_holds_passes(sp_pair):
    assert checked(a_signed_request(sp_pair), request_signature=RequestSignature.REQUIRE, **keys(sp_pair)).signed


def test_an_ignored_signature_counts_as_none():
    xml = signed(a_request(), a_pair("third"))
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


# Wrapping


def wrap(place):
    """Return a forged request with a genuine one hidden at a place, the signature right after the Issuer."""
    genuine = etree.fromstring(a_signed_request(a_pair("sp")))
    forged = etree.fromstring(a_request(ID="_evil", Destination=SSO_URL, ForceAuthn="true"))
    return etree.tostring(place(forged, genuine))


def in_key_info(forged, genuine):
    signature = genuine[1]
    genuine.remove(signature)
    signature.find(f"{DS_}KeyInfo").append(genuine)
    forged.insert(1, signature)
    return forged


def in_the_issuer(forged, genuine):
    forged[0].append(genuine)
    return forged


def in_the_subject(forged, genuine):
    subject = etree.SubElement(forged, f"{SAML}Subject")
    confirmation = etree.SubElement(subject, f"{SAML}SubjectConfirmation", Method=names.BEARER)
    etree.SubElement(confirmation, f"{SAML}SubjectConfirmationData").append(genuine)
    return forged


def in_the_subject_signature_moved_up(forged, genuine):
    signature = genuine[1]
    in_the_subject(forged, genuine)
    forged.insert(1, signature)
    return forged


def under_another_root(_, genuine):
    root = etree.Element(f"{SAMLP}AuthnRequest", dict(genuine.attrib))
    root.set("ID", "_evil")
    root.append(deepcopy(genuine[0]))
    root.append(genuine)
    return root


PLACES = [
    in_extensions,
    in_extensions_signature_moved_up,
    in_extensions_signature_copied_up,
    with_the_same_id,
    in_the_object_of_the_signature,
    in_key_info,
    in_the_issuer,
    in_the_subject,
    in_the_subject_signature_moved_up,
    under_another_root,
]


@pytest.mark.parametrize("place", PLACES, ids=lambda it: it.__name__)
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_a_genuine_request_hidden_in_a_forged_one_is_refused(sp_pair, place, rule):
    with pytest.raises((MisshapenSignature, UnreadableRequest)):
        checked(wrap(place), request_signature=rule, **keys(sp_pair))


# Shapes


def shaped(change):
    """Return a request that was signed properly and then changed in its Signature."""
    root = etree.fromstring(a_signed_request(a_pair("sp")))
    change(root[1])
    return etree.tostring(root)


def reference(signature):
    return signature.find(f"{DS_}SignedInfo/{DS_}Reference")


def uri(value):
    def change(signature):
        reference(signature).set("URI", value)

    return change


def without_uri(signature):
    del reference(signature).attrib["URI"]


def second_reference(signature):
    signature[0].append(deepcopy(reference(signature)))


def second_signature(signature):
    signature.addnext(deepcopy(signature))


def an_object(signature):
    etree.SubElement(signature, f"{DS_}Object")


def transform(algorithm, at=0):
    def change(signature):
        reference(signature)[0][at].set("Algorithm", algorithm)

    return change


def a_hundred_transforms(signature):
    transforms = reference(signature)[0]
    for _ in range(100):
        transforms.append(deepcopy(transforms[1]))


def one_transform(signature):
    transforms = reference(signature)[0]
    transforms.remove(transforms[0])


def no_transforms(signature):
    reference(signature).remove(reference(signature)[0])


def an_xpath(signature):
    reference(signature)[0][0].append(etree.Element(f"{DS_}XPath"))


def truncated_output(signature):
    etree.SubElement(signature[0][1], f"{DS_}HMACOutputLength").text = "1"


def at_the_end(signature):
    root = signature.getparent()
    etree.SubElement(root, f"{SAMLP}Extensions").append(signature)


def another_in_extensions(signature):
    etree.SubElement(signature.getparent(), f"{SAMLP}Extensions").append(deepcopy(signature))


def a_foreign_parameter(signature):
    etree.SubElement(reference(signature)[0][1], f"{DS_}XPath")


MISSHAPEN = {
    "an empty URI": uri(""),
    "a foreign ID": uri("#_other"),
    "a file": uri("file:///etc/hostname"),
    "an address": uri("http://127.0.0.1:9/x"),
    "an XPointer": uri("#xpointer(/)"),
    "two hashes": uri("##_one"),
    "no URI": without_uri,
    "two References": second_reference,
    "two Signatures": second_signature,
    "an Object": an_object,
    "a hundred transforms": a_hundred_transforms,
    "one transform": one_transform,
    "no transforms": no_transforms,
    "an XPath": an_xpath,
    "a truncated output": truncated_output,
    "in Extensions": at_the_end,
    "another in Extensions": another_in_extensions,
    "a foreign parameter": a_foreign_parameter,
}


@pytest.mark.parametrize("change", MISSHAPEN.values(), ids=MISSHAPEN)
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_a_misshapen_signature_is_refused_under_every_rule(sp_pair, change, rule):
    with pytest.raises((MisshapenSignature, UnreadableRequest)):
        checked(shaped(change), request_signature=rule, **keys(sp_pair))


ALGORITHMS = {
    "XSLT": transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
    "XPath": transform("http://www.w3.org/TR/1999/REC-xpath-19991116"),
    "base64": transform("http://www.w3.org/2000/09/xmldsig#base64", 1),
    "enveloped twice": transform(names.ENVELOPED, 1),
    "inclusive": transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 1),
    "with comments": transform(f"{C14N}WithComments", 1),
    "SHA-1 digest": lambda it: reference(it)[1].set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1"),
    "an empty digest": lambda it: reference(it)[1].set("Algorithm", ""),
    "SHA-1": lambda it: it[0][1].set("Algorithm", SHA1),
    "HMAC": lambda it: it[0][1].set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    "RSA-PSS": lambda it: it[0][1].set("Algorithm", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
    "inclusive SignedInfo": lambda it: it[0][0].set("Algorithm", "http://www.w3.org/2006/12/xml-c14n11"),
}


@pytest.mark.parametrize("change", ALGORITHMS.values(), ids=ALGORITHMS)
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_an_algorithm_that_is_not_listed_is_refused_under_every_rule(sp_pair, change, rule):
    with pytest.raises(DeniedAlgorithm):
        checked(shaped(change), request_signature=rule, **keys(sp_pair))


def by_xmlsec(method, key, digest=xmlsec.constants.TransformSha256):
    root = etree.fromstring(XML)
    signature = xmlsec.template.create(root, xmlsec.constants.TransformExclC14N, method)
    root.insert(1, signature)
    place = xmlsec.template.add_reference(signature, digest, uri="#_one")
    xmlsec.template.add_transform(place, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(place, xmlsec.constants.TransformExclC14N)
    context = xmlsec.SignatureContext()
    context.key = key
    context.register_id(root, "ID")
    context.sign(signature)
    return etree.tostring(root)


def rsa_key(pair):
    return xmlsec.Key.from_memory(pair.private_pem, xmlsec.constants.KeyDataFormatPem)


def test_a_signature_by_another_library_holds(sp_pair):
    assert checked(by_xmlsec(xmlsec.constants.TransformRsaSha256, rsa_key(sp_pair)), **keys(sp_pair)).signed


def test_a_sound_sha_1_signature_is_refused(sp_pair):
    with pytest.raises(DeniedAlgorithm):
        checked(by_xmlsec(xmlsec.constants.TransformRsaSha1, rsa_key(sp_pair)), **keys(sp_pair))


def test_a_sound_sha_1_digest_is_refused(sp_pair):
    constants = xmlsec.constants
    with pytest.raises(DeniedAlgorithm):
        checked(
            by_xmlsec(constants.TransformRsaSha256, rsa_key(sp_pair), constants.TransformSha1),
            **keys(sp_pair),
        )


def test_an_hmac_with_the_public_certificate_is_refused(sp_pair):
    constants = xmlsec.constants
    secret = xmlsec.Key.from_binary_data(constants.KeyDataHmac, sp_pair.certificate.encode())
    with pytest.raises(DeniedAlgorithm):
        checked(by_xmlsec(constants.TransformHmacSha256, secret), **keys(sp_pair))


def test_a_reference_to_a_file_opens_none(sp_pair, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(MisshapenSignature):
        checked(shaped(uri(f"file://{fifo}")), **keys(sp_pair))


@pytest.mark.parametrize("value", ["", " ", "YWJj", "!", "é"])
@pytest.mark.parametrize("path", ["SignatureValue", f"SignedInfo/{DS_}Reference/{DS_}DigestValue"])
def test_an_empty_or_short_value_is_refused(sp_pair, value, path):
    def change(signature):
        signature.find(DS_ + path).text = value

    with pytest.raises((BadSignature, UnreadableRequest)):
        checked(shaped(change), **keys(sp_pair))
