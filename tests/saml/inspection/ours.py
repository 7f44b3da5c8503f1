"""Answers of ours to a made-up Flex, for tests that read them back."""

from dataclasses import replace

from idp.keys import certificates
from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.release_list import FLEX
from idp.saml.inspection.checks import Wanted
from idp.saml.responses.assertion import Authenticated, Envelope, ResponseContent, Subject, signed_response
from idp.saml.signatures.signing import Sign
from tests.saml.messages import FLEX_ACS, FLEX_SP, NOW

IDP = "https://idp.example.org/saml/metadata"
REQUEST = "_request-1"
BASICS = (
    Attribute("roles", ("agent",)),
    Attribute("full_name", ("Ana García",)),
    Attribute("email", ("ana@acme.example",)),
)


def content(*attributes, name_id="ana7", request_id=REQUEST, **authenticated):
    return ResponseContent(
        envelope=Envelope(IDP, FLEX_SP, FLEX_ACS, request_id),
        subject=Subject(name_id),
        authenticated=replace(Authenticated(NOW, names.MOBILE_ONE_FACTOR_CONTRACT, "session-1"), **authenticated),
        attributes=(*BASICS, *attributes),
    )


def sent(key, *attributes, signed=Sign.BOTH, encryption=None, **more):
    return signed_response(content(*attributes, **more), key=key, now=NOW, signed=signed, encryption=encryption)


def wanted(key, **changes):
    facts = {
        "issuer": IDP,
        "entity_id": FLEX_SP,
        "acs_urls": (FLEX_ACS,),
        "request_id": REQUEST,
        "name_id_formats": (names.UNSPECIFIED,),
        "sign": Sign.BOTH,
        "algorithm": names.RSA_SHA256,
        "certificates": (certificates.fingerprint(key.certificate),),
        "rules": FLEX,
        "encrypt": False,
        "at": NOW,
    }
    return Wanted(**{**facts, **changes})
