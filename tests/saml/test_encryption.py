"""Encrypted Assertions: read by others with the service provider's key, by nobody without it."""

import base64
from datetime import UTC, datetime

import pytest
import xmlsec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.documents.schemas import Schema, validate
from idp.saml.encryption import OAEP_MGF1P, KeyTransport, encrypt
from idp.saml.errors import UnusableKey
from idp.saml.responses.assertion import (
    Authenticated,
    Encryption,
    Envelope,
    ResponseContent,
    Sign,
    Subject,
    build_assertion,
    signed_response,
)
from idp.saml.signatures.signing import sign
from tests.saml.keys import a_pair
from tests.saml.messages import ACS, NOW, SP

IDP = "https://idp.example.org/saml/metadata"
PREFIXES = {
    "saml": names.ASSERTION,
    "samlp": names.PROTOCOL,
    "ds": names.SIGNATURE,
    "xenc": names.ENCRYPTION,
}
CONTENT = ResponseContent(
    Envelope(IDP, SP, ACS, "_one"),
    Subject("ann7", names.PERSISTENT),
    Authenticated(NOW, names.MOBILE_ONE_FACTOR_CONTRACT, "session-1"),
    (Attribute("full_name", ("Ann <b>Smith</b> & Søn ☎",)),),
)
SIGNED_THEN = SignatureConfiguration(location="./", verification_time=NOW)
TRANSPORTS = [
    OAEP_MGF1P,
    KeyTransport(names.RSA_OAEP, names.SHA256),
    KeyTransport(names.RSA_OAEP_MGF1P, names.SHA256),
    KeyTransport(names.RSA_OAEP, names.SHA1_IN_OAEP),
]


def octets(content, **how):
    """The bytes that go out."""
    return signed_response(content, **how).octets


def found(root, path):
    return root.xpath(path, namespaces=PREFIXES)


def an_assertion(key):
    return sign(build_assertion(CONTENT, now=NOW), key)


def sent(element):
    return etree.fromstring(element.octets())


def by_xmlsec(encrypted, pair):
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pair.private_pem, xmlsec.constants.KeyDataFormatPem))
    return xmlsec.EncryptionContext(manager).decrypt(found(encrypted, "xenc:EncryptedData")[0])


def by_hand(encrypted, pair):
    """Decrypt by the text of XML Encryption: OAEP for the key, 12 octets of IV before the ciphertext."""
    wrapped, data = (base64.b64decode(it.text) for it in found(encrypted, "//xenc:CipherValue"))
    (digest,) = found(encrypted, "//ds:DigestMethod/@Algorithm")
    algorithm = hashes.SHA256() if digest == names.SHA256 else hashes.SHA1()
    key = pair.private.decrypt(wrapped, OAEP(MGF1(hashes.SHA1()), algorithm, None))
    return AESGCM(key).decrypt(data[:12], data[12:], None)


def read_by_sp(xml, key, pair):
    """Read a Response as python3-saml does, strict and insisting on encryption."""
    wanted = ["wantMessagesSigned", "wantAssertionsSigned", "wantAssertionsEncrypted", "rejectDeprecatedAlgorithm"]
    trusted = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": SP,
                "assertionConsumerService": {"url": ACS},
                "x509cert": pair.certificate,
                "privateKey": pair.private_pem,
            },
            "idp": {
                "entityId": IDP,
                "singleSignOnService": {"url": "https://idp.example.org/saml/sso"},
                "x509cert": key.certificate,
            },
            "security": dict.fromkeys(wanted, True),
        }
    )
    response = OneLogin_Saml2_Response(trusted, base64.b64encode(xml))
    request = {"https": "on", "http_host": "sp.example.org", "script_name": "/acs", "get_data": {}, "post_data": {}}
    response.is_valid(request, "_one", raise_exceptions=True)
    return response


def test_a_strict_service_provider_reads_it(idp_key, sp_pair):
    xml = octets(CONTENT, key=idp_key, now=datetime.now(UTC), encryption=Encryption((sp_pair.certificate,)))
    response = read_by_sp(xml, idp_key, sp_pair)
    assert response.get_nameid() == "ann7"
    assert response.get_session_index() == "session-1"
    assert response.get_attributes() == {"full_name": ["Ann <b>Smith</b> & Søn ☎"]}


def test_a_service_provider_that_wants_encryption_refuses_clear_text(idp_key, sp_pair):
    xml = octets(CONTENT, key=idp_key, now=datetime.now(UTC))
    with pytest.raises(OneLogin_Saml2_ValidationError, match="not encrypted"):
        read_by_sp(xml, idp_key, sp_pair)


@pytest.mark.parametrize("mode", list(Sign))
def test_every_mode_of_signing_is_valid_by_the_schema(idp_key, sp_pair, mode):
    xml = octets(CONTENT, key=idp_key, now=NOW, signed=mode, encryption=Encryption((sp_pair.certificate,)))
    validate(etree.fromstring(xml), Schema.PROTOCOL)


def test_the_response_is_signed_around_what_is_encrypted(idp_key, sp_pair):
    root = etree.fromstring(octets(CONTENT, key=idp_key, now=NOW, encryption=Encryption((sp_pair.certificate,))))
    assert [etree.QName(it).localname for it in root] == ["Issuer", "Signature", "Status", "EncryptedAssertion"]
    result = (
        XMLVerifier()
        .verify(root, x509_cert=idp_key.certificate, id_attribute="ID", expect_config=SIGNED_THEN)
        .signed_xml
    )
    assert found(result, "saml:EncryptedAssertion/xenc:EncryptedData")


def test_nothing_of_the_assertion_stays_readable(idp_key, sp_pair):
    xml = octets(CONTENT, key=idp_key, now=NOW, encryption=Encryption((sp_pair.certificate,)))
    for secret in (b">ann7<", b"full_name", b"session-1", b"<saml:Assertion", CONTENT.assertion_id.encode()):
        assert secret not in xml


@pytest.mark.parametrize("transport", TRANSPORTS, ids=lambda it: f"{it.algorithm[-11:]} {it.digest[-6:]}")
@pytest.mark.parametrize("algorithm", [names.AES128_GCM, names.AES256_GCM])
def test_every_algorithm_is_read_by_others(idp_key, sp_pair, algorithm, transport):
    plain = an_assertion(idp_key)
    encrypted = sent(encrypt(plain, (sp_pair.certificate,), algorithm=algorithm, transport=transport))
    validate(encrypted, Schema.PROTOCOL)
    assert by_hand(encrypted, sp_pair) == plain.octets()
    assert etree.tostring(by_xmlsec(encrypted, sp_pair), method="c14n", exclusive=True) == plain.octets()


def test_the_algorithms_are_stated(idp_key, sp_pair):
    encrypted = sent(encrypt(an_assertion(idp_key), (sp_pair.certificate,)))
    assert found(encrypted, "//xenc:EncryptionMethod/@Algorithm") == [names.AES256_GCM, names.RSA_OAEP_MGF1P]
    assert found(encrypted, "//ds:DigestMethod/@Algorithm") == [names.SHA1_IN_OAEP]
    assert found(encrypted, "xenc:EncryptedData/@Type") == [names.ELEMENT]


def test_an_answer_is_encrypted_by_the_algorithms_chosen_for_its_reader(idp_key, sp_pair):
    chosen = Encryption((sp_pair.certificate,), names.AES128_GCM, KeyTransport(names.RSA_OAEP, names.SHA256))
    root = etree.fromstring(octets(CONTENT, key=idp_key, now=NOW, encryption=chosen))
    assert found(root, "//xenc:EncryptionMethod/@Algorithm") == [names.AES128_GCM, names.RSA_OAEP]


def test_one_encrypted_key_is_inside_the_data(idp_key, sp_pair):
    encrypted = sent(encrypt(an_assertion(idp_key), (sp_pair.certificate, a_pair("other").certificate)))
    assert len(found(encrypted, "//xenc:EncryptedKey")) == 1
    assert len(found(encrypted, "/saml:EncryptedAssertion/xenc:EncryptedData/ds:KeyInfo/xenc:EncryptedKey")) == 1


@pytest.mark.parametrize("inside", [False, True], ids=["cut out", "in its response"])
def test_the_signature_inside_still_holds(idp_key, sp_pair, inside):
    xml = octets(CONTENT, key=idp_key, now=NOW, encryption=Encryption((sp_pair.certificate,)))
    holder = found(etree.fromstring(xml), "saml:EncryptedAssertion")[0]
    cut_out = etree.fromstring(etree.tostring(holder))
    decrypted = by_xmlsec(holder, sp_pair) if inside else etree.fromstring(by_hand(cut_out, sp_pair))
    assert decrypted.tag == f"{{{names.ASSERTION}}}Assertion"
    result = XMLVerifier().verify(
        decrypted, x509_cert=idp_key.certificate, id_attribute="ID", expect_config=SIGNED_THEN
    )
    assert result.signed_xml.get("ID") == CONTENT.assertion_id


def test_another_key_reads_nothing(idp_key, sp_pair):
    encrypted = sent(encrypt(an_assertion(idp_key), (sp_pair.certificate,)))
    with pytest.raises(xmlsec.Error):
        by_xmlsec(encrypted, a_pair("other"))
    with pytest.raises(ValueError, match="Decryption failed"):
        by_hand(encrypted, a_pair("other"))


def test_a_changed_ciphertext_is_noticed(idp_key, sp_pair):
    encrypted = sent(encrypt(an_assertion(idp_key), (sp_pair.certificate,)))
    value = found(encrypted, "//xenc:CipherValue")[1]
    octets = bytearray(base64.b64decode(value.text))
    octets[40] ^= 1
    value.text = base64.b64encode(octets).decode()
    with pytest.raises(InvalidTag):
        by_hand(encrypted, sp_pair)


def test_every_assertion_has_a_key_and_an_iv_of_its_own(idp_key, sp_pair):
    plain = an_assertion(idp_key)
    twice = [sent(encrypt(plain, (sp_pair.certificate,))) for _ in range(2)]
    keys, data = zip(*([it.text for it in found(one, "//xenc:CipherValue")] for one in twice), strict=True)
    assert len(set(keys)) == 2
    assert len({base64.b64decode(it)[:12] for it in data}) == 2


WEAK = a_pair("small", bits=1024).certificate
CURVE = a_pair("ec", curve=True).certificate
UNUSABLE = {"too small": WEAK, "no RSA key": CURVE, "no certificate": "no certificate", "not ASCII": "é", "empty": ""}


@pytest.mark.parametrize("certificate", UNUSABLE.values(), ids=UNUSABLE)
def test_a_certificate_that_is_too_weak_or_odd_is_refused(idp_key, certificate):
    with pytest.raises(UnusableKey):
        octets(CONTENT, key=idp_key, now=NOW, encryption=Encryption((certificate,)))


def test_without_any_certificate_nothing_is_encrypted(idp_key):
    with pytest.raises(UnusableKey, match=r"^wanted a certificate to encrypt for, but there is none$"):
        encrypt(an_assertion(idp_key), ())


def test_the_log_says_what_is_wrong_with_each_certificate(idp_key):
    too_weak = "it is not an RSA key of 2048 bits or more"
    with pytest.raises(UnusableKey, match=f"^wanted a certificate to encrypt for, but {too_weak}; {too_weak}$"):
        encrypt(an_assertion(idp_key), (WEAK, CURVE))


@pytest.mark.parametrize("before", [(), *((it,) for it in UNUSABLE.values()), tuple(UNUSABLE.values())])
def test_the_first_usable_of_several_is_taken(idp_key, sp_pair, before):
    certificates = (*before, sp_pair.certificate, a_pair("other").certificate)
    encrypted = sent(encrypt(an_assertion(idp_key), certificates))
    assert by_hand(encrypted, sp_pair)


def test_an_expired_certificate_still_carries_its_key(idp_key):
    pair = a_pair("expired", expired=True)
    assert by_hand(sent(encrypt(an_assertion(idp_key), (pair.certificate,))), pair)


DENIED = [
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
    "http://www.w3.org/2009/xmlenc11#aes192-gcm",
    names.RSA_OAEP,
    "",
]


@pytest.mark.parametrize("algorithm", DENIED)
def test_an_algorithm_that_is_not_listed_cannot_be_chosen(idp_key, sp_pair, algorithm):
    with pytest.raises(ValueError, match="not offered"):
        encrypt(an_assertion(idp_key), (sp_pair.certificate,), algorithm=algorithm)


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("http://www.w3.org/2001/04/xmlenc#rsa-1_5", names.SHA1_IN_OAEP),
        ("http://www.w3.org/2001/04/xmlenc#kw-aes256", names.SHA256),
        (names.RSA_OAEP, "http://www.w3.org/2001/04/xmldsig-more#md5"),
        (names.RSA_OAEP, ""),
    ],
)
def test_a_key_transport_that_is_not_listed_cannot_be_made(algorithm, digest):
    with pytest.raises(ValueError, match="not offered"):
        KeyTransport(algorithm, digest)
