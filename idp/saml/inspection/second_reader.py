"""A second opinion: python3-saml, in strict mode, reads one of our Responses as a service provider would.

It shares no code with what built the Response, so both rarely make the same mistake. It only sees what we signed a
moment ago, never a message from outside, and it has no key to decrypt with.
"""

import base64
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from idp.saml.signatures.signing import Sign

REFUSED = (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError, etree.LxmlError, ValueError)


@dataclass(frozen=True, slots=True)
class Expected:
    """The service provider that the reader acts as, and what it expects. It knows Latchkey by `metadata` only."""

    entity_id: str
    acs_url: str
    request_id: str
    sign: Sign
    wants_attributes: bool
    metadata: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the Response was accepted; if not, why, in the reader's own words."""

    accepted: bool
    reason: str = ""


def judge(octets: bytes, expected: Expected) -> Verdict:
    """Have an unencrypted Response read. Its times are compared with the clock, so it must be new."""
    try:
        response = OneLogin_Saml2_Response(_settings(expected), base64.b64encode(octets))
        response.is_valid(_received_at(expected.acs_url), expected.request_id, raise_exceptions=True)
        response.get_nameid()
        response.get_attributes()
    except REFUSED as error:
        return Verdict(False, str(error))
    return Verdict(True)


def _settings(expected: Expected) -> OneLogin_Saml2_Settings:
    sp = {"entityId": expected.entity_id, "assertionConsumerService": {"url": expected.acs_url}}
    idp: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(expected.metadata)["idp"]
    return OneLogin_Saml2_Settings({"strict": True, "sp": sp, "idp": idp, "security": _security(expected)})


def _security(expected: Expected) -> dict[str, Any]:
    return {
        "wantMessagesSigned": expected.sign != Sign.ASSERTION,
        "wantAssertionsSigned": expected.sign != Sign.RESPONSE,
        "wantAttributeStatement": expected.wants_attributes,
        "rejectDeprecatedAlgorithm": True,
        "allowSingleLabelDomains": True,  # an intranet's host has no dot
    }


def _received_at(acs_url: str) -> dict[str, Any]:
    """Describe the POST that brings the Response to the ACS."""
    url = urlsplit(acs_url)
    return {
        "https": "on" if url.scheme == "https" else "off",
        "http_host": url.netloc,
        "script_name": url.path,
    }
