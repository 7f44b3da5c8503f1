"""The authorization request at `/oauth/authorize`, and the redirect with its answer (RFC 6749 section 4.1). Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import urlencode

from idp.native import pkce

LONGEST_STATE = 1024
PRINTABLE = re.compile(r"[ -~]+")  # RFC 6749 appendix A.5
ONCE = ("response_type", "response_mode", "state", "code_challenge", "code_challenge_method", "scope")

NO_SCOPES = "There are no scopes. Leave out the parameter scope."
"""Refused rather than ignored, so that no app relies on a scope it did not get (RFC 6749 section 3.3)."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Where the answer goes, and what the app must prove to get the sign-in. Stored as JSON in the flow."""

    redirect_uri: str
    state: str
    challenge: str

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return the request that `to_json` wrote."""
        return cls(**stored)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the database."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a request, as sent to the app (RFC 6749 section 4.1.2.1)."""

    error: str
    description: str


def state_of(query: Mapping[str, Sequence[str]]) -> str:
    """Return the state of a request, or "" if it has none that can be sent back."""
    values = query.get("state", ())
    is_usable = len(values) == 1 and len(values[0]) <= LONGEST_STATE and PRINTABLE.fullmatch(values[0])
    return values[0] if is_usable else ""


def read(query: Mapping[str, Sequence[str]], redirect_uri: str) -> AuthorizationRequest | Fault:
    """Read a request whose client and redirect URI have been checked."""
    given = {name: values[0] for name, values in query.items() if values}
    state, challenge = state_of(query), given.get("code_challenge", "")
    faults = (
        *(f"{name} is given more than once." for name in ONCE if len(query.get(name, ())) > 1),
        "" if given.get("response_type") else "response_type is missing.",
        "" if state else f"state is missing, or is not 1 to {LONGEST_STATE} printable ASCII characters.",
        "" if given.get("code_challenge_method") == pkce.METHOD else f"code_challenge_method must be {pkce.METHOD}.",
        "" if given.get("response_mode", "query") == "query" else "response_mode must be query.",
        "" if pkce.is_challenge(challenge) else "code_challenge must be the SHA-256 of the verifier, in base64url.",
    )
    if found := next(filter(None, faults), None):
        return Fault("invalid_request", found)
    if given.get("scope"):
        return Fault("invalid_scope", NO_SCOPES)
    if given["response_type"] != "code":
        return Fault("unsupported_response_type", "response_type must be code.")
    return AuthorizationRequest(redirect_uri, state, challenge)


def response_uri(redirect_uri: str, state: str, issuer: str, **members: str) -> str:
    """Return the address that takes the authorization response to an app, with the issuer (RFC 9207)."""
    parameters = {**members, **({"state": state} if state else {}), "iss": issuer}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(parameters)}"
