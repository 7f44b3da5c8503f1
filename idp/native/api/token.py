"""The token endpoint: a code, a token or a secret for a sign-in or an access token (RFC 6749, 3.2 and 5)."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Form, Router, Schema
from pydantic import Field, WithJsonSchema

from idp import clock
from idp.login import request_facts
from idp.native import clients, grants
from idp.native.api.document import refusals
from idp.native.api.schemas import Omitted
from idp.native.codes import Shown
from idp.native.errors import (
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from idp.native.grants import Granted

GRANTS: list[Any] = ["authorization_code", "refresh_token", "client_credentials"]
REFUSALS = (InvalidRequest, InvalidScope, InvalidGrant, UnauthorizedClient, UnsupportedGrantType, InvalidClient)
Parameter = Annotated[str | None, Field(max_length=4096), WithJsonSchema({"type": "string", "maxLength": 4096})]

router = Router(tags=["sign-in"])


class TokenRequest(Schema):
    """The form parameters of the token endpoint (RFC 6749 sections 4.1.3, 4.4.2 and 6)."""

    grant_type: Annotated[str, Field(max_length=100, json_schema_extra={"enum": GRANTS})]
    client_id: Parameter = None
    client_secret: Parameter = None
    code: Parameter = None
    redirect_uri: Parameter = None
    code_verifier: Parameter = None
    refresh_token: Parameter = None
    scope: Annotated[str | None, WithJsonSchema({"const": ""})] = None


class TokenAnswer(Schema):
    """The issued tokens (RFC 6749 section 5.1). If there is no refresh token, keep the one you have."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a type
    expires_in: int
    refresh_token: Omitted = None


@router.post("/token", response=TokenAnswer, exclude_none=True, openapi_extra=refusals(*REFUSALS))
def token(request: HttpRequest, asked: Form[TokenRequest]) -> dict[str, Any]:
    """Exchange a code for a sign-in, renew a sign-in, or get an access token for a back end.

    `authorization_code` takes code, redirect_uri, client_id and code_verifier; `refresh_token` takes refresh_token
    and client_id; `client_credentials` takes the back end's secret, by HTTP Basic or as client_secret.
    """
    if repeated := [name for name, values in request.POST.lists() if len(values) > 1]:
        raise InvalidRequest("a parameter twice", sentence=f"{repeated[0][:40]} stands there twice.")
    if asked.scope:
        raise InvalidScope("a scope was asked for")
    client = clients.authenticate(request.headers.get("Authorization", ""), asked.client_id, asked.client_secret)
    seen = request_facts.of_app(request, client.client_id, asked.refresh_token)
    now = clock.now()
    match asked.grant_type:
        case "authorization_code":
            given = grants.needed(code=asked.code, redirect_uri=asked.redirect_uri, code_verifier=asked.code_verifier)
            shown = Shown(given["code"], given["redirect_uri"], given["code_verifier"])
            return _told(grants.by_code(client, shown, seen, now))
        case "refresh_token":
            grants.needed(refresh_token=asked.refresh_token)
            return _told(grants.by_token(client, seen, now))
        case "client_credentials":
            return _told(grants.by_secret(client, now))
    raise UnsupportedGrantType(f"grant type of {len(asked.grant_type)} characters")


def _told(granted: Granted) -> dict[str, Any]:
    return {
        "access_token": granted.access_token,
        "expires_in": granted.expires_in,
        "refresh_token": granted.refresh_token,
    }
