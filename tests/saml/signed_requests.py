"""Requests signed by a service provider, and what the check makes of them."""

from tests.saml.messages import DS, SSO_URL, a_request

DS_ = f"{{{DS}}}"
XML = a_request(Destination=SSO_URL)


def keys(*pairs):
    return {"signing_certificates": tuple(it.certificate for it in pairs)}


SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
