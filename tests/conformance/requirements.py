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


NO_BROWSERLESS = "not offered: nobody signs in here without a browser, and there is no password for HTTP Basic"

REQUIREMENTS = [
    Requirement("G01", "a clock that differs by some minutes is tolerated, in requests, logout and metadata"),
    Requirement("G02", "any text of XML, in any script, up to 256 characters and uncut"),
    Requirement("G03", "no DTD is sent, and one that comes is refused before anything is read from it"),
    Requirement("MD01", "metadata asked for by the query protocol", "later: services are registered one by one"),
    Requirement("MD02", "metadata of one service read from an address, redirects followed, refreshed (no aggregates)"),
    Requirement("MD03", "the root's signature is checked with a key that came by another way, bound to its source"),
    Requirement("MD04", "metadata is refused that is past its last day, has none, or one too far away"),
    Requirement("MD05", "what the standard, its errata and its extensions allow in metadata is read"),
    Requirement("MD06", "a service works from its metadata alone"),
    Requirement("MD07", "any number of signing keys, each of which is tried"),
    Requirement("MD08", "any number of encryption keys"),
    Requirement("MD09", "our metadata names our algorithms"),
    Requirement("MD10", "we keep to the algorithms that a service names"),
    Requirement("MD11", "a key without a use serves both"),
    Requirement("MD12", "a certificate is a carrier of its key: dates, issuer and extensions do not matter"),
    Requirement("SSO01", "Web Browser SSO, errata included"),
    Requirement("SSO02", "requests are taken by HTTP-Redirect and HTTP-POST"),
    Requirement("SSO03", "answers and errors go out by HTTP-POST"),
    Requirement("SSO04", "the Response, the Assertion or both are signed, as the service wants it"),
    Requirement("SSO05", "persistent and transient names are what the standard means by them"),
    Requirement("SSO06", "what the profile takes from metadata is taken from metadata"),
    Requirement("SSO07", "optional content that is not supported is passed over or answered with an error"),
    Requirement("EXT01", "any well-formed extension is survived"),
    Requirement("ALG01", "SHA-256 as digest, in all that is sent"),
    Requirement("ALG02", "RSA-SHA256 as signature, in all that is sent by default"),
    Requirement("ALG03", "ECDSA-SHA256, verified and made"),
    Requirement("ALG04", "AES-128-GCM and AES-256-GCM"),
    Requirement("ALG05", "AES-CBC", "not offered: what is encrypted so can be read by whoever may ask often enough"),
    Requirement("ALG06", "RSA-OAEP by both its names, with SHA-1 and SHA-256 as digest"),
    Requirement(
        "ALG07",
        "current practice for TLS",
        "not ours to show: TLS ends before the application; `manage.py doctor` looks at the certificate",
    ),
    Requirement("ALG08", "what is denied is refused: in messages, and as a choice"),
    Requirement("IDP01", "attributes of any name, in each name format of the standard"),
    Requirement("IDP02", "what is released differs from service to service"),
    Requirement("IDP03", "release by entity attributes", "later: operators list the attributes of each service"),
    Requirement(
        "IDP04",
        "release by requested attributes and AttributeConsumingServiceIndex",
        "later: the index is read, checked and passed over",
    ),
    Requirement("IDP05", "errors are Responses wherever there is an acceptable place to send them"),
    Requirement("IDP06", "ForceAuthn reaches every method"),
    Requirement("IDP07", "IsPassive: no page, whatever would be needed"),
    Requirement("IDP08", "RequestedAuthnContext, exact"),
    Requirement("IDP09", "encrypted Assertions"),
    Requirement("IDP10", "NameIDPolicy: Format, AllowCreate, SPNameQualifier"),
    Requirement("IDP11", "an Assertion without NameID", "later: no service we know of asks for one"),
    Requirement("IDP12", "the ACS by URL, by index and by ProtocolBinding; URLs are compared as strings"),
    Requirement("IDP13", "ECP, the enhanced client", NO_BROWSERLESS),
    Requirement("IDP14", "ECP with HTTP Basic", NO_BROWSERLESS),
    Requirement("IDP15", "ECP with channel bindings", NO_BROWSERLESS),
    Requirement("IDP16", "ECP with holder of key", NO_BROWSERLESS),
    Requirement("IDP17", "single logout, begun by a service, and passed on to the others"),
    Requirement("IDP18", "the extension for logout without an answer"),
    Requirement(
        "IDP19", "EncryptedID in logout", "later: we have no key that others could encrypt for; it gets an error"
    ),
    Requirement("IDP20", "logout by HTTP-Redirect, with what metadata says of addresses and keys"),
    Requirement("IDP21", "persistent names never differ by letter case alone"),
]
