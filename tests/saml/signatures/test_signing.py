"""Signing: what a key must be, where the signature stands, and what xmlsec and signxml say of it."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import xmlsec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.documents.elements import element, new_id
from idp.saml.errors import UnusableKey
from idp.saml.responses.assertion import Encryption, Subject, signed_response
from idp.saml.signatures.signing import SamlKey, Sign, self_test, sign
from tests.saml.documents.test_elements import some_text
from tests.saml.keys import a_pair
from tests.saml.messages import NOW
from tests.saml.responses.test_assertion import found, response_content

ALGORITHMS = [names.RSA_SHA256, names.RSA_SHA384, names.RSA_SHA512, names.ECDSA_SHA256]


def a_key(algorithm):
    pair = a_pair("ec", curve=True) if algorithm == names.ECDSA_SHA256 else a_pair("idp")
    return SamlKey.load(pair.private_pem, pair.certificate, algorithm)


def a_target():
    return element("saml:Assertion", {"ID": new_id()}, element("saml:Issuer", text="us"), element("saml:Assertionx"))


def xmlsec_judges(signature, certificate):
    """Have xmlsec verify a signature by a certificate; it raises if it does not hold."""
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem)
    context.register_id(signature.getparent(), "ID")
    context.verify(signature)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_sound_key_passes_its_test(algorithm):
    self_test(a_key(algorithm))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_xmlsec_verifies_whatever_an_answer_says(algorithm):
    key, dice = a_key(algorithm), random.Random(algorithm)
    for _ in range(25):
        told = tuple(Attribute(f"{nth}{some_text(dice)}", (some_text(dice), "")) for nth in range(dice.randrange(4)))
        content = response_content(subject=Subject(f"<{some_text(dice)}>"), attributes=told)
        root = etree.fromstring(signed_response(content, key=key, now=NOW).octets)
        for signature in found(root, "//ds:Signature"):
            xmlsec_judges(signature, key.certificate)


@pytest.mark.parametrize("mode", list(Sign))
def test_a_response_is_sent_in_canonical_form_with_its_signatures(idp_key, mode):
    octets = signed_response(response_content(), key=idp_key, now=NOW, signed=mode).octets
    assert etree.tostring(etree.fromstring(octets), method="c14n", exclusive=True) == octets


@pytest.mark.parametrize("encryption", [None, Encryption((a_pair("sp").certificate,))], ids=["clear", "encrypted"])
def test_a_stored_response_is_the_one_that_was_sent_without_signature_values(idp_key, encryption):
    content = response_content()
    kept = etree.fromstring(signed_response(content, key=idp_key, now=NOW, encryption=encryption).kept)
    assert [it.text for it in found(kept, "//ds:SignatureValue")] == [None, None]
    assert found(kept, "/samlp:Response/saml:Assertion/@ID") == [content.assertion_id]
    assert len(found(kept, "//saml:AttributeValue")) == sum(len(it.values) for it in content.attributes)
    assert [etree.QName(it).localname for it in kept] == ["Issuer", "Signature", "Status", "Assertion"]


def test_a_signature_names_any_id_as_it_is(idp_key):
    target = element("saml:Assertion", {"ID": 'a&"<é%b'}, element("saml:Issuer", text="us"))
    root = etree.fromstring(sign(target, idp_key).octets())
    assert found(root, "//ds:Reference/@URI") == [f"#{root.get('ID')}"]


def test_the_signature_comes_right_after_the_issuer(idp_key):
    assert [it.tag for it in sign(a_target(), idp_key).children] == ["saml:Issuer", "ds:Signature", "saml:Assertionx"]


@pytest.mark.parametrize("old", [b">us<", b"Assertionx", b'ID="_'])
def test_a_changed_element_no_longer_verifies(idp_key, old):
    octets = sign(a_target(), idp_key).octets()
    xmlsec_judges(etree.fromstring(octets)[1], idp_key.certificate)
    with pytest.raises(xmlsec.Error):
        xmlsec_judges(etree.fromstring(octets.replace(old, old[:-1] + b"y" + old[-1:]))[1], idp_key.certificate)


def test_a_key_with_another_keys_certificate_fails_its_test(idp_key):
    with pytest.raises(UnusableKey, match="does not"):
        self_test(replace(idp_key, certificate=a_pair("sp").certificate))


@pytest.mark.parametrize(
    ("private", "certificate", "why"),
    [
        (a_pair("idp").private_pem, a_pair("sp").certificate, "of another key"),
        (a_pair("small", bits=1024).private_pem, a_pair("small", bits=1024).certificate, "2048 bits or more"),
        (a_pair("ec", curve=True).private_pem, a_pair("ec", curve=True).certificate, "not an RSA key"),
        ("no key", a_pair("idp").certificate, "wanted a SAML key"),
        (a_pair("idp").private_pem, "no certificate", "wanted a SAML key"),
    ],
    ids=["of another key", "too small", "no RSA key", "no key", "no certificate"],
)
def test_a_pair_that_does_not_fit_cannot_be_used(private, certificate, why):
    with pytest.raises(UnusableKey, match=why):
        SamlKey.load(private, certificate)


def test_ecdsa_takes_a_key_on_p_256_and_no_other():
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for private in (other.decode(), a_pair("idp").private_pem):
        with pytest.raises(UnusableKey, match="not a key on the curve P-256"):
            SamlKey.load(private, a_pair("idp").certificate, names.ECDSA_SHA256)


def test_a_key_does_not_show_its_private_half(idp_key):
    assert "PRIVATE" not in repr(idp_key)


def test_an_element_without_an_id_or_a_leading_issuer_is_not_signed(idp_key):
    issuer, given = element("saml:Issuer"), {"ID": "_a"}
    for target in (element("saml:A"), element("saml:A", given), element("saml:A", None, issuer)):
        with pytest.raises(ValueError, match="ID and an Issuer"):
            sign(target, idp_key)


def test_nothing_is_signed_twice(idp_key):
    with pytest.raises(ValueError, match="once"):
        sign(sign(a_target(), idp_key), idp_key)


def test_threads_may_share_a_key(idp_key):
    target = a_target()
    with ThreadPoolExecutor(8) as pool:
        signed = set(pool.map(lambda _: sign(target, idp_key).octets(), range(200)))
    assert signed == {sign(target, idp_key).octets()}
