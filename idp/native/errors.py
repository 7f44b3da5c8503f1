"""What can go wrong in front of an app or a back end, by the names of the standards, and in front of their people.

Programs get these as JSON, with the reference of the request (RFC 6749 section 5.2, RFC 6750 section 3).
"""

from collections.abc import Mapping

from django.http import JsonResponse

from idp import reference
from idp.errors import IdpError
from idp.native.authorization import NO_SCOPES
from idp.wording import for_agents

FOR_PROGRAMS = ("/api/", "/oauth/revoke", "/.well-known/")
REALM = "latchkey"
READ_ON = "Read /api/v1/openapi.json and the page on own apps."


def speaks_json(path: str) -> bool:
    """Whether it is a program that asks at this address."""
    return path.startswith(FOR_PROGRAMS)


def as_json(error: IdpError) -> JsonResponse:
    """Tell a program of an error."""
    told = {"error": error.code, "error_description": error.sentence, "reference": reference.current()}
    if isinstance(error, OAuthError) and error.reason:
        told["reason"] = error.reason
    return JsonResponse(told, status=error.status, headers=dict(error.headers()))


class OAuthError(IdpError):
    """A request of a program that is refused. `reason` narrows the code down where that helps the program."""

    code = "invalid_request"
    status = 400
    sentence = "The request lacks a parameter, repeats one, or holds one that cannot be read."
    advice = READ_ON

    def __init__(self, detail: str = "", *, sentence: str = "", reason: str = "") -> None:
        super().__init__(detail, sentence=sentence)
        self.reason = reason


class InvalidRequest(OAuthError):
    """RFC 6749 section 5.2."""


class InvalidClient(OAuthError):
    """The client is not registered, is switched off, or does not prove who it is (RFC 6749 section 5.2)."""

    code = "invalid_client"
    status = 401
    sentence = "This client is not registered, is switched off, or its secret is wrong."

    def headers(self) -> Mapping[str, str]:
        """Say how a secret may be shown."""
        return {"WWW-Authenticate": f'Basic realm="{REALM}"'}


class InvalidGrant(OAuthError):
    """The code or token does not count, or not any more; `reason` says why (RFC 6749 section 5.2)."""

    code = "invalid_grant"
    sentence = "This code or token does not count, or not any more."


class UnauthorizedClient(OAuthError):
    """The client is not of the kind that may ask so (RFC 6749 section 5.2)."""

    code = "unauthorized_client"
    sentence = "This kind of client may not use this grant type."


class UnsupportedGrantType(OAuthError):
    """Another grant type (RFC 6749 section 5.2)."""

    code = "unsupported_grant_type"
    sentence = "The grant types are authorization_code, refresh_token and client_credentials."


class InvalidScope(OAuthError):
    """A scope was asked for (RFC 6749 section 5.2)."""

    code = "invalid_scope"
    sentence = NO_SCOPES


class MissingToken(OAuthError):
    """No access token at all, so no error is named in the header (RFC 6750 section 3.1)."""

    code = "missing_token"
    status = 401
    sentence = "This address takes an access token, as Authorization: Bearer."

    def headers(self) -> Mapping[str, str]:
        """Say what is wanted."""
        return {"WWW-Authenticate": f'Bearer realm="{REALM}"'}


class InvalidToken(OAuthError):
    """The access token is none of ours, ran out, or its phone was signed out (RFC 6750 section 3.1)."""

    code = "invalid_token"
    status = 401
    sentence = "The access token is not one of ours, ran out, or its sign-in has ended."

    def headers(self) -> Mapping[str, str]:
        """Name the error as RFC 6750 section 3 does."""
        return {"WWW-Authenticate": f'Bearer realm="{REALM}", error="{self.code}"'}


class InsufficientScope(InvalidToken):
    """An app's token where a back end's belongs, or the reverse (RFC 6750 section 3.1)."""

    code = "insufficient_scope"
    status = 403
    sentence = "This access token is of the other kind: an app's opens its own device, a back end's the registry."


class CodeNeeded(OAuthError):
    """The last code is too old for what is asked (RFC 9470 section 3)."""

    code = "insufficient_user_authentication"
    status = 401
    sentence = "The agent's last code is too old for this service. Sign in anew."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, reason="code_needed")

    def headers(self) -> Mapping[str, str]:
        """Name the error as RFC 9470 section 3 does."""
        return {"WWW-Authenticate": f'Bearer realm="{REALM}", error="{self.code}"'}


class NoSuchThing(OAuthError):
    """What the address or the body names is not there, or not for this client."""

    code = "unknown_resource"
    status = 404
    sentence = "There is no such thing, or it is not yours to use."


class SignInLinkUsed(IdpError):
    """The link was opened before, is too old, or its phone was signed out."""

    code = "sign_in_link_used"
    status = 410
    sentence = for_agents("This link does not work any more.")
    advice = for_agents("Go back to the app and try again.")


class UnknownClient(IdpError):
    """A browser was sent by an app that is not registered, or is switched off."""

    code = "oauth_unknown_client"
    status = 403
    sentence = for_agents("This app is not set up for sign-in.")
    advice = for_agents("Show this page to your administrator.")


class UnregisteredRedirect(IdpError):
    """An app asks for the answer at an address that was not registered for it."""

    code = "oauth_unregistered_redirect"
    status = 400
    sentence = for_agents("The app gave an unknown address.")
    advice = for_agents("Show this page to your administrator.")
