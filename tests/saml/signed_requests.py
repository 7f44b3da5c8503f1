"""Requests signed by a service provider, and what the check makes of them."""

from cryptography.hazmat.primitives.asymmetric import ec

from idp.saml import names
from tests.saml.messages import DS, SSO_URL, a_request

DS_ = f"{{{DS}}}"
XML = a_request(Destination=SSO_URL)


def keys(*pairs):
    return {"signing_certificates": tuple(it.certificate for it in pairs)}


SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
CURVES = [
    (ec.SECP256R1, names.ECDSA_SHA256),
    (ec.SECP384R1, names.ECDSA_SHA384),
    (ec.SECP521R1, names.ECDSA_SHA512),
]
OTHER_CURVES = [ec.SECP224R1, ec.SECP256K1, ec.BrainpoolP256R1]
