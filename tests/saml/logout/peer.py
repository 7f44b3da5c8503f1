"""Logout as service providers do it: python3-saml as an independent peer, and messages made by other means."""

import base64
from urllib.parse import parse_qs, quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from idp.saml import names
from tests.saml.messages import ACS, SP, a_request, deflate

IDP = "https://idp.example.org/saml/metadata"
SLO_URL = "https://idp.example.org/saml/slo"
SP_SLO = "https://sp.example.org/slo"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
NAME = f'<saml:NameID Format="{names.PERSISTENT}">ann7</saml:NameID><samlp:SessionIndex>s1</samlp:SessionIndex>'


def a_peer(idp_key, sp_pair, query="", *, from_query_string=False):
    """Set python3-saml up as a strict service provider that signs, at its logout address with this query."""
    settings = {
        "strict": True,
        "sp": {
            "entityId": SP,
            "assertionConsumerService": {"url": ACS},
            "singleLogoutService": {"url": SP_SLO},
            "x509cert": sp_pair.certificate,
            "privateKey": sp_pair.private_pem,
        },
        "idp": {
            "entityId": IDP,
            "singleSignOnService": {"url": "https://idp.example.org/saml/sso"},
            "singleLogoutService": {"url": SLO_URL},
            "x509cert": idp_key.certificate,
        },
        "security": {
            "wantMessagesSigned": True,
            "logoutRequestSigned": True,
            "logoutResponseSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "signatureAlgorithm": names.RSA_SHA256,
        },
    }
    request = {
        "https": "on",
        "http_host": "sp.example.org",
        "script_name": "/slo",
        "get_data": {name: values[0] for name, values in parse_qs(query).items()},
        "post_data": {},
        "query_string": query,
        "validate_signature_from_qs": from_query_string,
    }
    return OneLogin_Saml2_Auth(request, settings)


def query_of(url):
    return url.partition("?")[2]


def a_signed_post(xml, pair, parameter="SAMLRequest", **options):
    """Sign a message inside by python3-saml, and return the body of the form that posts it."""
    options = {"sign_algorithm": names.RSA_SHA256, "digest_algorithm": names.SHA256, **options}
    done = OneLogin_Saml2_Utils.add_sign(xml, pair.private_pem, pair.certificate, **options)
    return f"{parameter}={quote(base64.b64encode(done).decode(), safe='')}".encode()


def a_signed_redirect(
    xml,
    pair,
    parameter="SAMLRequest",
    *,
    relay_state=None,
    algorithm=names.RSA_SHA256,
    digest=hashes.SHA256,
    escape=quote,
):
    """Sign a query by cryptography alone."""
    fields = [(parameter, base64.b64encode(deflate(xml)).decode())]
    fields += [] if relay_state is None else [("RelayState", relay_state)]
    fields.append(("SigAlg", algorithm))
    query = "&".join(f"{name}={escape(value, safe='')}" for name, value in fields)
    value = pair.private.sign(query.encode(), padding.PKCS1v15(), digest())
    return f"{query}&Signature={quote(base64.b64encode(value).decode(), safe='')}"


def a_logout_request(inner=NAME, **attributes):
    """Build a LogoutRequest; an attribute given as None is left out."""
    return a_request(inner, root="LogoutRequest", **{"Destination": SLO_URL, **attributes})


def a_logout_response(*, status=names.SUCCESS, second=None, inner="", **attributes):
    """Build a LogoutResponse; an attribute given as None is left out."""
    below = f'<samlp:StatusCode Value="{second}"/>' if second else ""
    told = f'{inner}<samlp:Status><samlp:StatusCode Value="{status}">{below}</samlp:StatusCode></samlp:Status>'
    given = {"Destination": SLO_URL, "InResponseTo": "_asked", **attributes}
    return a_request(told, root="LogoutResponse", **given)
