"""Shapes of signatures that are let near no verifier, and genuine messages wrapped in forged ones."""

import os
from copy import deepcopy

import pytest
import xmlsec
from lxml import etree

from idp.saml import names
from idp.saml.errors import BadSignature, DeniedAlgorithm, MisshapenSignature, UnreadableRequest
from idp.saml.signatures.shape import check_shape, find
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.messages import SSO_URL, a_request, a_signed_request, checked
from tests.saml.signed_requests import DS_, SHA1, XML, keys
from tests.saml.wrapping import (
    in_extensions,
    in_extensions_signature_copied_up,
    in_extensions_signature_moved_up,
    in_the_object_of_the_signature,
    with_the_same_id,
)

SAMLP = f"{{{names.PROTOCOL}}}"
SAML = f"{{{names.ASSERTION}}}"
C14N = names.EXCLUSIVE_C14N


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


def a_parameter_of_the_digest(signature):
    etree.SubElement(reference(signature)[1], "{urn:x}parameter")


def a_parameter_of_the_canonicalization(signature):
    etree.SubElement(signature[0][0], "{urn:x}parameter")


def an_empty_digest_value(signature):
    reference(signature)[2].text = None


def prefixes(times):
    def change(signature):
        for _ in range(times):
            etree.SubElement(reference(signature)[0][1], f"{{{names.EXCLUSIVE}}}InclusiveNamespaces", PrefixList="xs")

    return change


def behind_another_element(signature):
    signature.getprevious().tag = f"{SAML}Advice"


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
    "a parameter of the digest": a_parameter_of_the_digest,
    "a parameter of the canonicalization": a_parameter_of_the_canonicalization,
    "an empty digest value": an_empty_digest_value,
    "prefixes named twice": prefixes(2),
}


@pytest.mark.parametrize("change", MISSHAPEN.values(), ids=MISSHAPEN)
@pytest.mark.parametrize("rule", list(RequestSignature))
def test_a_misshapen_signature_is_refused_under_every_rule(sp_pair, change, rule):
    with pytest.raises((MisshapenSignature, UnreadableRequest)):
        checked(shaped(change), request_signature=rule, **keys(sp_pair))


def test_prefixes_may_be_named_once():
    root = etree.fromstring(shaped(prefixes(1)))
    check_shape(root, find(root))


SEEN = {
    "wanted one signature at most, saw 2": second_signature,
    "wanted the signature right after the root's Issuer, saw it elsewhere": behind_another_element,
    "wanted a reference to the root, saw '#_other'": uri("#_other"),
    f"wanted one of ['{C14N}'], saw 'urn:x'": transform("urn:x", 1),
    f"wanted ['SignedInfo', 'SignatureValue'] in {DS_}Signature, saw ['{DS_}SignedInfo', ": an_object,
    f"wanted no parameters in {DS_}DigestMethod, saw {{urn:x}}parameter": a_parameter_of_the_digest,
    f"wanted at most InclusiveNamespaces in {DS_}CanonicalizationMethod, saw more": a_parameter_of_the_canonicalization,
    f"wanted a value in {DS_}DigestValue, saw none": an_empty_digest_value,
}


@pytest.mark.parametrize(("sentence", "change"), SEEN.items())
def test_the_log_tells_what_was_seen_in_a_misshapen_signature(sentence, change):
    root = etree.fromstring(shaped(change))
    with pytest.raises(BadSignature) as caught:
        check_shape(root, find(root))
    assert str(caught.value).startswith(sentence)


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
