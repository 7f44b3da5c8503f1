"""SCIM errors, with the error types of RFC 7644 section 3.12. Pure."""

from collections.abc import Mapping

from idp.errors import IdpError


class ScimError(IdpError):
    """A request was refused. `scim_type` is the standard's word for the reason, if it has one."""

    code = "scim_invalid_syntax"
    status = 400
    scim_type = "invalidSyntax"
    sentence = "The body of the request is not a JSON object."
    advice = "Correct the mapping of attributes in the personnel system; the documentation lists what Latchkey reads."


class InvalidValue(ScimError):
    """A value is missing, has the wrong type, or cannot be stored."""

    code = "scim_invalid_value"
    scim_type = "invalidValue"
    sentence = "A value is missing or cannot be stored."


class InvalidFilter(ScimError):
    """A filter is malformed or not supported."""

    code = "scim_invalid_filter"
    scim_type = "invalidFilter"
    sentence = 'This filter is not supported. Use eq with userName, emails.value, externalId or id: userName eq "…".'


class NotFiltered(ScimError):
    """A list that has no filters was asked for with one, and all of it might pass for what matches."""

    code = "scim_not_filtered"
    status = 403
    scim_type = ""
    sentence = "Schemas and resource types have no filters. Ask for all of them, or for one by its ID."


class InvalidPath(ScimError):
    """A PATCH path is malformed, or names nothing."""

    code = "scim_invalid_path"
    scim_type = "invalidPath"
    sentence = "There is no attribute at this path."


class NoTarget(ScimError):
    """A PATCH operation that needs a path has none."""

    code = "scim_no_target"
    scim_type = "noTarget"
    sentence = "A remove operation needs a path."


class Mutability(ScimError):
    """The request changes an attribute that only Latchkey sets."""

    code = "scim_mutability"
    scim_type = "mutability"
    sentence = "This attribute cannot be changed."


class Uniqueness(ScimError):
    """Another person has this value."""

    code = "scim_uniqueness"
    status = 409
    scim_type = "uniqueness"
    sentence = "Another user has this userName, mobile number or externalId."


class NoSuchResource(ScimError):
    """No resource has this ID, or the personnel system may not see it."""

    code = "scim_not_found"
    status = 404
    scim_type = ""
    sentence = "There is no such resource. It never existed, or was deleted."


class NotLetIn(ScimError):
    """The request lacks the secret of a personnel system that is switched on (RFC 6750 section 3)."""

    code = "scim_unauthorized"
    status = 401
    scim_type = ""
    sentence = "The secret of the personnel system is missing, wrong or replaced, or the system is switched off."
    advice = "In the admin, check that it is switched on. Make a new secret, and enter it in the personnel system."

    def headers(self) -> Mapping[str, str]:
        """Return the header that asks for a bearer token."""
        return {"WWW-Authenticate": 'Bearer realm="latchkey"'}


class TooLong(ScimError):
    """The body is larger than any person needs."""

    code = "scim_too_long"
    status = 413
    scim_type = ""
    sentence = "The body of the request is longer than 64 KiB."


class OtherMediaType(ScimError):
    """The body's content type is not JSON."""

    code = "scim_media_type"
    status = 415
    scim_type = ""
    sentence = "Send the body as application/scim+json or application/json."
