"""The names that SAML 2.0 and XML Signature have fixed."""

from typing import Final

ASSERTION: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
METADATA_UI: Final = "urn:oasis:names:tc:SAML:metadata:ui"
METADATA_ALGORITHMS: Final = "urn:oasis:names:tc:SAML:metadata:algsupport"
ASYNC_LOGOUT: Final = "urn:oasis:names:tc:SAML:2.0:protocol:ext:async-slo"
SOAP_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION: Final = "http://www.w3.org/2001/04/xmlenc#"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
XML: Final = "http://www.w3.org/XML/1998/namespace"

HTTP_REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
HTTP_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP: Final = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
DEFLATE: Final = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

# Status codes, Core 3.2.2.2: the first three are top-level codes, the rest second-level.
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
REQUESTER: Final = "urn:oasis:names:tc:SAML:2.0:status:Requester"
RESPONDER: Final = "urn:oasis:names:tc:SAML:2.0:status:Responder"
INVALID_NAME_ID_POLICY: Final = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy"
NO_AUTHN_CONTEXT: Final = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext"
NO_PASSIVE: Final = "urn:oasis:names:tc:SAML:2.0:status:NoPassive"
PARTIAL_LOGOUT: Final = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
REQUEST_DENIED: Final = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied"
REQUEST_UNSUPPORTED: Final = "urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported"
UNKNOWN_PRINCIPAL: Final = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"

# NameID formats, Core 8.3
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
EMAIL_ADDRESS: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

# Reasons of a LogoutRequest, Core 3.7.3
LOGOUT_BY_USER: Final = "urn:oasis:names:tc:SAML:2.0:logout:user"
LOGOUT_BY_ADMIN: Final = "urn:oasis:names:tc:SAML:2.0:logout:admin"

# Attribute name formats, Core 8.2
BASIC: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
UNSPECIFIED_NAME_FORMAT: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"

BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

# Authentication contexts that we may state, "Authentication Context for SAML V2.0" section 3.4
CONTEXT_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
PREVIOUS_SESSION: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:PreviousSession"
MOBILE_ONE_FACTOR_CONTRACT: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileOneFactorContract"
TIME_SYNC_TOKEN: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken"  # noqa: S105 - a class of contexts
MOBILE_TWO_FACTOR_UNREGISTERED: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered"
UNSPECIFIED_CONTEXT: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"

RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA384: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
RSA_SHA512: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
ECDSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
ECDSA_SHA384: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
ECDSA_SHA512: Final = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA384: Final = "http://www.w3.org/2001/04/xmldsig-more#sha384"
SHA512: Final = "http://www.w3.org/2001/04/xmlenc#sha512"

# What is not listed is denied: SHA-1, MD5, HMAC, DSA and all others.
SIGNATURE_ALGORITHMS: Final = frozenset({RSA_SHA256, RSA_SHA384, RSA_SHA512, ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512})
DIGEST_ALGORITHMS: Final = frozenset({SHA256, SHA384, SHA512})

# XML Encryption 1.1 sections 5.2 and 5.5. What is not listed is denied: CBC, 3DES and RSA 1.5.
AES128_GCM: Final = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
AES256_GCM: Final = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
RSA_OAEP_MGF1P: Final = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
RSA_OAEP: Final = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
ELEMENT: Final = "http://www.w3.org/2001/04/xmlenc#Element"
SHA1_IN_OAEP: Final = "http://www.w3.org/2000/09/xmldsig#sha1"  # lawful here alone
KEY_TRANSPORT_ALGORITHMS: Final = frozenset({RSA_OAEP_MGF1P, RSA_OAEP})
OAEP_DIGESTS: Final = frozenset({SHA1_IN_OAEP, SHA256})
