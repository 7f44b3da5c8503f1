"""What can go wrong in front of a personnel system, by the words of RFC 7644 section 3.12. Pure."""

from collections.abc import Mapping

from idp.errors import IdpError


class ScimError(IdpError):
    """A request that is refused. `scim_type` is the standard's word for why, where it has one."""

    code = "scim_invalid_syntax"
    status = 400
    scim_type = "invalidSyntax"
    sentence = "The body of the request cannot be read."
    advice = "Read the page on SCIM, and mend the mapping of attributes in the personnel system."


class InvalidValue(ScimError):
    """A value is missing, of the wrong kind, or cannot be kept."""

    code = "scim_invalid_value"
    scim_type = "invalidValue"
    sentence = "A value is missing, or cannot be kept."


class InvalidFilter(ScimError):
    """A filter that cannot be read or is not supported."""

    code = "scim_invalid_filter"
    scim_type = "invalidFilter"
    sentence = 'Filters are userName eq "…", externalId eq "…" and emails.value eq "…".'


class InvalidPath(ScimError):
    """A path of PATCH that cannot be read, or leads to nothing."""

    code = "scim_invalid_path"
    scim_type = "invalidPath"
    sentence = "There is no attribute at this path."


class NoTarget(ScimError):
    """An operation that needs a path has none."""

    code = "scim_no_target"
    scim_type = "noTarget"
    sentence = "To remove something, a path has to say what."


class Mutability(ScimError):
    """Something that only we set."""

    code = "scim_mutability"
    scim_type = "mutability"
    sentence = "This attribute cannot be changed."


class Uniqueness(ScimError):
    """Somebody else has it."""

    code = "scim_uniqueness"
    status = 409
    scim_type = "uniqueness"
    sentence = "Somebody else has this userName, mobile number or externalId."


class NoSuchResource(ScimError):
    """Nobody of this id, or nobody whom a personnel system may see."""

    code = "scim_not_found"
    status = 404
    scim_type = ""
    sentence = "There is nobody, and nothing, of this id."


class NotLetIn(ScimError):
    """No secret of a personnel system that is switched on (RFC 6750 section 3)."""

    code = "scim_unauthorized"
    status = 401
    scim_type = ""
    sentence = "This address takes the secret of a personnel system, as Authorization: Bearer."
    advice = "Make a new secret in the admin, and put it into the personnel system."

    def headers(self) -> Mapping[str, str]:
        """Say what is wanted."""
        return {"WWW-Authenticate": 'Bearer realm="latchkey"'}


class TooLong(ScimError):
    """More than a person needs."""

    code = "scim_too_long"
    status = 413
    scim_type = ""
    sentence = "The body of the request is too long."


class OtherMediaType(ScimError):
    """A body that is no JSON by what it says of itself."""

    code = "scim_media_type"
    status = 415
    scim_type = ""
    sentence = "A body has to be application/scim+json."
