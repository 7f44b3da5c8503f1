"""Errors of apps and back ends, with the standards' codes, and errors that the people who use them see.

Programs get them as JSON, with the reference of the request (RFC 6749 section 5.2, RFC 6750 section 3).
"""

from collections.abc import Mapping

from django.http import JsonResponse

from idp import reference
from idp.errors import IdpError
from idp.native.authorization import NO_SCOPES
from idp.wording import for_agents

FOR_PROGRAMS = ("/api/", "/oauth/revoke", "/.well-known/")
REALM = "latchkey"
READ_ON = "See /api/v1/openapi.json, and Connect an app of your own in the documentation."
REASONS: Mapping[str, str] = {
    "code_needed": "A time limit has passed, or an access rule requires a new code. Sign the agent in again.",
    "replaced": "The agent signed in on another phone, which signed this one out. Sign the agent in again.",
    "signed_out": "The agent, an operator or a change of number ended this sign-in. Sign the agent in again.",
    "copied": "A code or token was used in two places, so Latchkey ended the sign-in. Sign the agent in again.",
    "refused": "An access rule refuses this phone, or the agent is switched off. Keep the token and ask an operator.",
    "unknown": "No such code or token, or it has expired, or the User-Agent names another platform. Sign in again.",
}
"""Why a code or token is not accepted, and what to do, by the reason that programs read."""


def speaks_json(path: str) -> bool:
    """Whether programs call this address, so that errors are sent as JSON."""
    return path.startswith(FOR_PROGRAMS)


def as_json(error: IdpError) -> JsonResponse:
    """Return an error as JSON."""
    content = content_of(error, reference.current())
    return JsonResponse(content, status=error.status, headers=dict(error.headers()))


def content_of(error: IdpError, of_request: str) -> dict[str, str]:
    """Return what an error's JSON says, with the reference of its request."""
    content = {"error": error.code, "error_description": error.for_programs or error.sentence, "reference": of_request}
    return {**content, "reason": error.reason} if isinstance(error, OAuthError) and error.reason else content


class OAuthError(IdpError):
    """A program's request was refused. `reason` is more specific than the code, where that helps the program."""

    code = "invalid_request"
    status = 400
    sentence = "A parameter of the request is missing, repeated, or cannot be read."
    advice = READ_ON

    def __init__(self, detail: str = "", *, sentence: str = "", reason: str = "") -> None:
        super().__init__(detail, sentence=sentence)
        self.reason = reason


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed (RFC 6749 section 5.2)."""


class InvalidClient(OAuthError):
    """The client is not registered, is switched off, or failed authentication (RFC 6749 section 5.2)."""

    code = "invalid_client"
    status = 401
    sentence = "This client is not registered or is switched off, or its secret is missing or wrong."

    def headers(self) -> Mapping[str, str]:
        """Return the header that says how to send a secret."""
        return {"WWW-Authenticate": f'Basic realm="{REALM}"'}


class InvalidGrant(OAuthError):
    """The code or token is not valid, or is not valid any more; `reason` says why (RFC 6749 section 5.2)."""

    code = "invalid_grant"
    sentence = "This code or token is not valid."

    def __init__(self, detail: str = "", *, reason: str = "") -> None:
        super().__init__(detail, sentence=REASONS.get(reason, ""), reason=reason)


class UnauthorizedClient(OAuthError):
    """This kind of client may not use this grant (RFC 6749 section 5.2)."""

    code = "unauthorized_client"
    sentence = "Apps use authorization_code and refresh_token, back ends client_credentials."


class UnsupportedGrantType(OAuthError):
    """The grant type is not supported (RFC 6749 section 5.2)."""

    code = "unsupported_grant_type"
    sentence = "grant_type must be authorization_code, refresh_token or client_credentials."


class InvalidScope(OAuthError):
    """The client requested a scope, and there are none (RFC 6749 section 5.2)."""

    code = "invalid_scope"
    sentence = NO_SCOPES


class MissingToken(OAuthError):
    """The request has no access token, so the header names no error (RFC 6750 section 3.1)."""

    code = "missing_token"
    status = 401
    sentence = "Send an access token, as Authorization: Bearer."

    def headers(self) -> Mapping[str, str]:
        """Return the header that asks for an access token."""
        return {"WWW-Authenticate": f'Bearer realm="{REALM}"'}


class InvalidToken(OAuthError):
    """The access token is not valid, has expired, or its device was signed out (RFC 6750 section 3.1)."""

    code = "invalid_token"
    status = 401
    sentence = "The access token is not valid, has expired, or its device was signed out. Get a new one."

    def headers(self) -> Mapping[str, str]:
        """Return the header that names the error (RFC 6750 section 3)."""
        return {"WWW-Authenticate": f'Bearer realm="{REALM}", error="{self.code}"'}


class InsufficientScope(InvalidToken):
    """An app sent its token to an operation for back ends, or the reverse (RFC 6750 section 3.1)."""

    code = "insufficient_scope"
    status = 403
    sentence = "An app may use only its own device, a back end only agents and devices."


class CodeNeeded(OAuthError):
    """The agent's last code is too old for this request (RFC 9470 section 3)."""

    code = "insufficient_user_authentication"
    status = 401
    sentence = "The agent's last code is too old for this service. Sign the agent in again."

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, reason="code_needed")

    def headers(self) -> Mapping[str, str]:
        """Return the header that names the error (RFC 9470 section 3)."""
        return {"WWW-Authenticate": f'Bearer realm="{REALM}", error="{self.code}"'}


class UnknownResource(OAuthError):
    """The address or the body names something that does not exist, or that this client may not see."""

    code = "unknown_resource"
    status = 404
    sentence = "There is no such agent or service, or this client may not use it."


class SignInLinkUsed(IdpError):
    """The link was opened before, has expired, or its device was signed out."""

    code = "sign_in_link_used"
    status = 410
    sentence = for_agents("This link does not work any more.")
    advice = for_agents("Go back to the app and try again.")


class UnknownClient(IdpError):
    """An app that is not registered, or is switched off, sent a browser here."""

    code = "oauth_unknown_client"
    status = 403
    sentence = for_agents("This app is not set up for sign-in.")
    advice = for_agents("Show this page to your administrator.")


class UnregisteredRedirect(IdpError):
    """The redirect URI that an app names is not registered for it."""

    code = "oauth_unregistered_redirect"
    status = 400
    sentence = for_agents("The app gave an unknown address.")
    advice = for_agents("Show this page to your administrator.")
