"""Errors about a service provider's metadata, for the operator who uses it."""

from idp.errors import IdpError


class UntrustedMetadata(IdpError):
    """The document can be read, but lacks the required signature or expiry."""

    code = "saml_untrusted_metadata"
    status = 400
    sentence = "This metadata is not to be trusted."
    advice = "Ask whoever publishes it, by another way, for the certificate it is signed with."


class UnfetchedMetadata(IdpError):
    """The document could not be fetched, or must not be fetched from there."""

    code = "saml_unfetched_metadata"
    status = 400
    sentence = "The metadata could not be fetched."
    advice = "Check the address, or save the document yourself and upload it."


class UntakenMetadata(IdpError):
    """The document is valid, but does not fit the service that it is for."""

    code = "saml_untaken_metadata"
    status = 409
    sentence = "This metadata does not fit this service."
    advice = "Nothing was changed. Compare the document with the service's settings."
