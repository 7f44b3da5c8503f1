"""The requirements on an IdP, in our words, and what we say of those that are not met.

The ids are ours; the order is that of the Kantara *SAML V2.0 Implementation Profile for Federation
Interoperability* 1.1. A requirement without a reason is met and has a test named after it.
"""

from typing import NamedTuple


class Requirement(NamedTuple):
    """`absent` says why it is not met, and is empty if it is."""

    id: str
    short: str
    absent: str = ""


NO_BROWSERLESS = "not offered: every sign-in uses a browser, and there is no password for HTTP Basic"

REQUIREMENTS = [
    Requirement("G01", "a clock that differs by some minutes is tolerated, in requests, logout and metadata"),
    Requirement("G02", "any XML text, in any script, up to 256 characters, without truncation"),
    Requirement("G03", "no DTD is sent, and a received one is refused before anything is read from it"),
    Requirement("MD01", "metadata by the query protocol", "later: services are registered one by one"),
    Requirement("MD02", "metadata of one service read from an address, redirects followed, refreshed (no aggregates)"),
    Requirement("MD03", "the root's signature is checked with a key obtained out of band, bound to its source"),
    Requirement("MD04", "metadata is refused if it has expired, has no expiry, or one too far away"),
    Requirement("MD05", "everything that the standard, its errata and its extensions allow in metadata is accepted"),
    Requirement("MD06", "a service works from its metadata alone"),
    Requirement("MD07", "any number of signing keys, each of which is tried"),
    Requirement("MD08", "any number of encryption keys"),
    Requirement("MD09", "Latchkey's metadata names its algorithms"),
    Requirement("MD10", "only algorithms that a service names are used"),
    Requirement("MD11", "a key without a use serves both purposes"),
    Requirement("MD12", "a certificate is only a container for its key: dates, issuer and extensions do not matter"),
    Requirement("SSO01", "Web Browser SSO, errata included"),
    Requirement("SSO02", "requests are accepted by HTTP-Redirect and HTTP-POST"),
    Requirement("SSO03", "answers and errors are sent by HTTP-POST"),
    Requirement("SSO04", "the Response, the Assertion or both are signed, as the service wants it"),
    Requirement("SSO05", "persistent and transient names behave as the standard defines"),
    Requirement("SSO06", "everything that the profile takes from metadata is taken from metadata"),
    Requirement("SSO07", "unsupported optional content is ignored or answered with an error"),
    Requirement("EXT01", "any well-formed extension is tolerated"),
    Requirement("ALG01", "SHA-256 as digest, in all that is sent"),
    Requirement("ALG02", "RSA-SHA256 as signature, in all that is sent by default"),
    Requirement("ALG03", "ECDSA-SHA256, verified and created"),
    Requirement("ALG04", "AES-128-GCM and AES-256-GCM"),
    Requirement("ALG05", "AES-CBC", "not offered: padding oracle attacks can decrypt it"),
    Requirement("ALG06", "RSA-OAEP under both identifiers, with SHA-1 and SHA-256 as digest"),
    Requirement(
        "ALG07",
        "current practice for TLS",
        "not shown here: TLS ends before the application; `manage.py doctor` checks the certificate",
    ),
    Requirement("ALG08", "denied algorithms are refused in messages and as a setting"),
    Requirement("IDP01", "attributes of any name, in each name format of the standard"),
    Requirement("IDP02", "released attributes differ from service to service"),
    Requirement("IDP03", "release by entity attributes", "later: operators list the attributes of each service"),
    Requirement(
        "IDP04",
        "release by requested attributes and AttributeConsumingServiceIndex",
        "later: the index is read, checked and ignored",
    ),
    Requirement("IDP05", "errors are Responses if there is an acceptable place to send them"),
    Requirement("IDP06", "ForceAuthn applies to every method"),
    Requirement("IDP07", "IsPassive: no page, whatever would be needed"),
    Requirement("IDP08", "RequestedAuthnContext, exact"),
    Requirement("IDP09", "encrypted Assertions"),
    Requirement("IDP10", "NameIDPolicy: Format, AllowCreate, SPNameQualifier"),
    Requirement("IDP11", "an Assertion without NameID", "later: no known service asks for one"),
    Requirement("IDP12", "the ACS by URL, index and ProtocolBinding; URLs are compared as strings"),
    Requirement("IDP13", "ECP, the enhanced client", NO_BROWSERLESS),
    Requirement("IDP14", "ECP with HTTP Basic", NO_BROWSERLESS),
    Requirement("IDP15", "ECP with channel bindings", NO_BROWSERLESS),
    Requirement("IDP16", "ECP with holder of key", NO_BROWSERLESS),
    Requirement("IDP17", "single logout, begun by a service and propagated to the others"),
    Requirement("IDP18", "the extension for logout without an answer"),
    Requirement("IDP19", "EncryptedID in logout", "later: Latchkey has no encryption key; it answers with an error"),
    Requirement("IDP20", "logout by HTTP-Redirect, with addresses and keys from metadata"),
    Requirement("IDP21", "persistent names never differ by letter case alone"),
]
