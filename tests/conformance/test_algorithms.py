"""Algorithms: which are sent, which are accepted, and which are rejected in messages and as settings."""

import base64
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from lxml import etree

from idp.policies.models import TimeoutPolicy
from idp.saml import names
from idp.saml.connecting import registration
from idp.saml.encryption import TRANSPORTS, KeyTransport
from idp.saml.models import ServiceProvider
from idp.saml.models.service_provider import ENCRYPTION_ALGORITHM, KEY_TRANSPORT
from idp.saml.responses.assertion import Authenticated, Encryption, Envelope, ResponseContent, Subject, signed_response
from idp.saml.signatures.signing import SamlKey
from tests.conformance.readers import (
    decrypted_by_the_book,
    decrypted_by_xmlsec,
    found,
    our_certificates,
    our_metadata,
    posted,
    signed_by,
)
from tests.phone import Page
from tests.pretend_service import SLO, SSO, verified, with_code
from tests.saml.keys import a_pair
from tests.saml.logout.peer import RSA_SHA1, a_signed_post
from tests.saml.messages import ACS, FORM, NOW, SP, a_body, a_signed_query, deflate, signed

pytestmark = pytest.mark.any_database

SHA1 = names.SHA1_IN_OAEP
DENIED_SIGNATURES = [
    RSA_SHA1,
    "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
    "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
    "urn:example:none",
]
XMLENC = "http://www.w3.org/2001/04/xmlenc#"
DENIED_CHOICES = [
    *[("signature_algorithm", it) for it in DENIED_SIGNATURES],
    *[("encryption_algorithm", f"{XMLENC}{it}") for it in ("aes128-cbc", "aes256-cbc", "tripledes-cbc")],
    *[("key_transport", it) for it in ("rsa-1_5", f"{XMLENC}rsa-1_5")],
]


def post(phone, address, body):
    return Page(phone.http.post(address, body, headers={"Content-Type": FORM}, timeout=30))


# ALG01 and ALG02


def everything_sent(phone, registered):
    """All that we send with a signature inside: answer, error, both kinds of logout message, metadata."""
    shifts, wiki = (registered(it, logout=(names.HTTP_POST,)) for it in ("shifts", "wiki"))
    answered, refused = shifts.ask(phone), shifts.ask(phone.like(), IsPassive="true")
    wiki.sign_in(phone)
    asking = phone.open(shifts.logout_url(shifts.read(answered)))
    (request,) = [base64.b64decode(it.fields["SAMLRequest"]) for it in asking.forms()]
    answering = phone.open(wiki.answer_url(verified(request)))
    (response,) = [base64.b64decode(it.fields["SAMLResponse"]) for it in answering.forms()]
    return [posted(answered), posted(refused), request, response, our_metadata(signed="")]


def test_alg01_every_digest_that_is_sent_is_sha256(phone, registered):
    told = [found(etree.fromstring(it), "//ds:DigestMethod/@Algorithm") for it in everything_sent(phone, registered)]
    assert [set(it) for it in told] == [{names.SHA256}] * 5


def test_alg02_every_signature_that_is_sent_is_rsa_sha256(phone, registered):
    for sent in everything_sent(phone, registered):
        assert set(found(etree.fromstring(sent), "//ds:SignatureMethod/@Algorithm")) == {names.RSA_SHA256}
        assert signed_by(our_certificates()[0], sent) is not None


def test_alg02_a_redirect_is_signed_by_rsa_sha256(phone, shifts):
    address = phone.http.get(shifts.logout_url(shifts.sign_in(phone)), allow_redirects=False, timeout=30).headers
    assert parse_qs(urlsplit(address["Location"]).query)["SigAlg"] == [names.RSA_SHA256]
    shifts.read_address(address["Location"])


# ALG03


@pytest.fixture
def curve(registered):
    """A service that signs by ECDSA, and wants it so."""
    peer = registered("shifts", signature_algorithm=names.ECDSA_SHA256)
    peer.pair = a_pair("shifts on a curve", curve=True)
    ServiceProvider.objects.filter(pk=peer.row.pk).update(certificates=peer.pair.certificate)
    return peer


def test_alg03_a_redirect_signed_by_ecdsa_is_accepted(phone, curve):
    query = a_signed_query(curve.request(Destination=SSO), curve.pair, algorithm=names.ECDSA_SHA256)
    assert phone.open(f"{SSO}?{query}").form_with("identifier") is not None
    assert phone.open(f"{SSO}?{query.replace('SAMLRequest=', 'RelayState=x&SAMLRequest=')}").status == 400


def test_alg03_a_message_with_an_ecdsa_signature_inside_is_accepted(phone, curve):
    message = signed(curve.request(), curve.pair, signature_algorithm="ecdsa-sha256")
    assert post(phone, SSO, a_body(message)).form_with("identifier") is not None
    assert post(phone, SSO, a_body(message.replace(b"_one", b"_two"))).status == 400


def test_alg03_a_response_signed_by_ecdsa_verifies_with_a_key_of_the_metadata(phone, curve):
    octets = posted(with_code(phone, phone.open(curve.request_url())))
    (ours,) = [it for it in our_certificates() if isinstance(it.public_key(), ec.EllipticCurvePublicKey)]
    assert found(etree.fromstring(octets), "//ds:SignatureMethod/@Algorithm") == [names.ECDSA_SHA256] * 2
    assert signed_by(ours, octets) is not None


# ALG04 and ALG06


def encrypting(registered, **fields):
    certificate = a_pair("shifts").certificate
    return registered("shifts", encrypt=True, encryption_certificates=certificate, **fields)


@pytest.mark.parametrize("algorithm", dict(ENCRYPTION_ALGORITHM))
def test_alg04_an_assertion_is_encrypted_by_aes_gcm_of_either_length(phone, registered, algorithm):
    shifts = encrypting(registered, encryption_algorithm=algorithm)
    octets = posted(shifts.ask(phone))
    assert found(etree.fromstring(octets), "//xenc:EncryptedData/xenc:EncryptionMethod/@Algorithm") == [algorithm]
    assert found(decrypted_by_xmlsec(octets, shifts.pair), "saml:Subject/saml:NameID")
    assert found(etree.fromstring(octets), "//saml:NameID | //saml:Assertion") == []


def test_alg04_both_key_lengths_can_be_chosen():
    assert set(dict(ENCRYPTION_ALGORITHM)) == {names.AES128_GCM, names.AES256_GCM}


@pytest.mark.parametrize("transport", dict(KEY_TRANSPORT))
def test_alg06_the_key_is_encrypted_by_rsa_oaep_with_the_services_parameters(phone, registered, transport):
    shifts, wanted = encrypting(registered, key_transport=transport), TRANSPORTS[transport]
    octets = posted(shifts.ask(phone))
    method = "//xenc:EncryptedKey/xenc:EncryptionMethod"
    told = found(etree.fromstring(octets), f"{method}/@Algorithm | {method}/ds:DigestMethod/@Algorithm")
    assert told == [wanted.algorithm, wanted.digest]
    assert found(decrypted_by_the_book(octets, shifts.pair), "saml:Subject/saml:NameID")


@pytest.mark.parametrize("digest", [SHA1, names.SHA256])
@pytest.mark.parametrize("algorithm", [names.RSA_OAEP_MGF1P, names.RSA_OAEP])
def test_alg06_both_variants_of_rsa_oaep_work_with_both_digests(algorithm, digest):
    idp, sp = a_pair("idp"), a_pair("sp")
    said = ResponseContent(Envelope("urn:idp", SP, ACS), Subject("ana"), Authenticated(NOW, "urn:x", "s"))
    by = Encryption((sp.certificate,), names.AES256_GCM, KeyTransport(algorithm, digest))
    sent = signed_response(said, key=SamlKey.load(idp.private_pem, idp.certificate), now=NOW, encryption=by).octets
    for read in (decrypted_by_the_book, decrypted_by_xmlsec):
        assert found(read(sent, sp), "saml:Subject/saml:NameID")[0].text == "ana"


# ALG08


def test_alg08_a_redirect_with_a_denied_algorithm_is_rejected(phone, shifts):
    for algorithm in DENIED_SIGNATURES:
        query = a_signed_query(shifts.request(), shifts.pair, algorithm=algorithm)
        assert phone.open(f"{SSO}?{query}").status == 400


def by_sha1(peer):
    """Sign a query by SHA-1 as it once was done: all of it is right but the algorithm."""
    query = f"SAMLRequest={quote(base64.b64encode(deflate(peer.request())), safe='')}&SigAlg={quote(RSA_SHA1, safe='')}"
    value = peer.pair.private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA1())
    return f"{query}&Signature={quote(base64.b64encode(value), safe='')}"


def test_alg08_a_valid_signature_by_sha1_is_rejected(phone, shifts):
    assert phone.open(f"{SSO}?{by_sha1(shifts)}").status == 400


def test_alg08_a_message_with_a_sha1_signature_inside_is_rejected(phone, shifts):
    assert post(phone, SSO, a_signed_post(shifts.request(), shifts.pair)).form_with("identifier") is not None
    for how in ({"sign_algorithm": RSA_SHA1}, {"digest_algorithm": SHA1}):
        assert post(phone, SSO, a_signed_post(shifts.request(), shifts.pair, **how)).status == 400


def test_alg08_a_logout_request_signed_by_sha1_is_rejected(phone, shifts):
    xml = shifts.logout_request(shifts.sign_in(phone))
    assert post(phone, SLO, a_signed_post(xml, shifts.pair, sign_algorithm=RSA_SHA1)).status == 400
    assert post(phone, SLO, a_signed_post(xml, shifts.pair)).status == 200


@pytest.mark.parametrize(("field", "denied"), DENIED_CHOICES)
def test_alg08_a_denied_algorithm_cannot_be_chosen(db, field, denied):
    row = a_service(field, denied)
    with pytest.raises(ValidationError) as fault:
        row.full_clean()
    assert field in fault.value.message_dict
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():  # PostgreSQL may find it too long first
        row.save()


def a_service(field, value):
    policy = TimeoutPolicy.objects.get(name="legacy")
    fields = {"slug": "shifts", "name": "Shifts", "entity_id": SP, "profile": "generic", "timeout_policy": policy}
    return ServiceProvider(**fields, **{field: value})


def test_alg08_a_key_that_is_too_short_is_rejected():
    with pytest.raises(ValidationError, match="too weak"):
        registration.normal_certificates(a_pair("small", bits=1024).certificate)
