"""Signatures of a query: over the octets as sent, by keys that count."""

from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from idp.saml import names
from idp.saml.errors import DeniedAlgorithm, MisshapenSignature, UnknownSigningKey
from idp.saml.trust import RequestSignature
from tests.saml.keys import a_pair
from tests.saml.messages import SSO_URL, a_query, a_request, a_signed_query, a_signed_request, checked, receive_redirect
from tests.saml.signed_requests import CURVES, OTHER_CURVES, SHA1, XML, keys


def lower(value, safe=""):
    return "".join(it.lower() if it.startswith("%") else it for it in _escapes(quote(value, safe=safe)))


def _escapes(text):
    at = 0
    while at < len(text):
        step = 3 if text[at] == "%" else 1
        yield text[at : at + step]
        at += step


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


@pytest.mark.parametrize("algorithm", [names.RSA_SHA384, names.RSA_SHA512])
def test_a_query_signed_over_a_longer_digest_holds(sp_pair, algorithm):
    assert checked(receive_redirect(a_signed_query(XML, sp_pair, algorithm=algorithm)), **keys(sp_pair)).signed


@pytest.mark.parametrize("der", [True, False], ids=["DER", "side by side"])
@pytest.mark.parametrize(("curve", "algorithm"), CURVES)
def test_an_ecdsa_query_holds_in_both_forms(curve, algorithm, der):
    pair = a_pair("ec", curve=curve)
    received = receive_redirect(a_signed_query(XML, pair, algorithm=algorithm))
    message = received if der else side_by_side(received, octets=(curve.key_size + 7) // 8)
    assert checked(message, **keys(pair)).signed


@pytest.mark.parametrize("curve", OTHER_CURVES)
def test_a_query_by_a_registered_key_on_another_curve_does_not_count(curve):
    pair = a_pair("ec", curve=curve)
    with pytest.raises(UnknownSigningKey, match="by one of 0 registered keys"):
        checked(receive_redirect(a_signed_query(XML, pair, algorithm=names.ECDSA_SHA256)), **keys(pair))


def side_by_side(received, octets):
    value = b"".join(it.to_bytes(octets, "big") for it in decode_dss_signature(received.query_signature.value))
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
    with pytest.raises(MisshapenSignature, match=r"^wanted the signature of a redirect in its query, saw one in the"):
        checked(received, **keys(sp_pair))


def test_a_redirect_may_not_carry_two_signatures(sp_pair):
    received = receive_redirect(a_signed_query(a_signed_request(sp_pair), sp_pair))
    with pytest.raises(MisshapenSignature):
        checked(received, **keys(sp_pair))
