"""The token endpoint: a code, a token or a secret for a sign-in or an access token (RFC 6749, 3.2 and 5)."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Form, Router, Schema
from pydantic import Field, WithJsonSchema

from idp import clock
from idp.login import request_facts
from idp.native import access_tokens, clients, grants
from idp.native.api import schemas
from idp.native.api.document import errors
from idp.native.api.examples import TOKEN_REQUESTS
from idp.native.codes import Redemption
from idp.native.errors import (
    REASONS,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from idp.native.grants import Granted

GRANTS: list[Any] = ["authorization_code", "refresh_token", "client_credentials"]
GRANT_ERRORS = [InvalidGrant(reason=it) for it in REASONS]
OTHER_ERRORS = (InvalidRequest, InvalidScope, UnauthorizedClient, UnsupportedGrantType, InvalidClient)
Parameter = Annotated[str | None, Field(max_length=4096), WithJsonSchema({"type": "string", "maxLength": 4096})]
Nothing = Annotated[str | None, WithJsonSchema({"const": ""})]
FORM = {"content": {"application/x-www-form-urlencoded": {"examples": TOKEN_REQUESTS}}}

router = Router(tags=["sign-in"])


class TokenRequest(Schema):
    """The form parameters of the token endpoint (RFC 6749 sections 4.1.3, 4.4.2 and 6)."""

    grant_type: Annotated[str, Field(max_length=100, json_schema_extra={"enum": GRANTS})]
    client_id: Annotated[
        Parameter, Field(description="Your client ID. A back end may send it by HTTP Basic instead.")
    ] = None
    client_secret: Annotated[
        Parameter, Field(description="The secret of a back end, unless it is sent by HTTP Basic.")
    ] = None
    code: Annotated[Parameter, Field(description="`authorization_code`: the code from the redirect.")] = None
    redirect_uri: Annotated[
        Parameter, Field(description="`authorization_code`: the same as at `/oauth/authorize`.")
    ] = None
    code_verifier: Annotated[
        Parameter, Field(description="`authorization_code`: the verifier of your code_challenge (RFC 7636).")
    ] = None
    refresh_token: Annotated[
        Parameter, Field(description="`refresh_token`: the latest refresh token that you received.")
    ] = None
    scope: Annotated[Nothing, Field(description="Leave it out: there are no scopes.")] = None


@router.post(
    "/token",
    response=schemas.TokenResponse,
    exclude_none=True,
    openapi_extra={**errors(*GRANT_ERRORS, *OTHER_ERRORS), "requestBody": FORM},
)
def token(request: HttpRequest, form: Form[TokenRequest]) -> dict[str, Any]:
    """Exchange a code for a sign-in, renew a sign-in, or get an access token for a back end.

    `authorization_code` takes code, redirect_uri, client_id and code_verifier; `refresh_token` takes refresh_token
    and client_id; `client_credentials` takes the back end's secret, by HTTP Basic or as client_secret.
    """
    if repeated := [name for name, values in request.POST.lists() if len(values) > 1]:
        raise InvalidRequest("a repeated parameter", sentence=f"{repeated[0][:40]} is given more than once.")
    if form.scope:
        raise InvalidScope("a scope was requested")
    client = clients.authenticate(request.headers.get("Authorization", ""), form.client_id, form.client_secret)
    facts = request_facts.of_app(request, client.client_id, form.refresh_token)
    now = clock.now()
    match form.grant_type:
        case "authorization_code":
            given = grants.needed(code=form.code, redirect_uri=form.redirect_uri, code_verifier=form.code_verifier)
            redemption = Redemption(given["code"], given["redirect_uri"], given["code_verifier"])
            return _answer(grants.by_code(client, redemption, facts, now))
        case "refresh_token":
            grants.needed(refresh_token=form.refresh_token)
            return _answer(grants.by_token(client, facts, now))
        case "client_credentials":
            return _answer(grants.by_secret(client, now))
    raise UnsupportedGrantType(f"grant type of {len(form.grant_type)} characters")


def _answer(granted: Granted) -> dict[str, Any]:
    return {
        "access_token": granted.access_token,
        "expires_in": int(access_tokens.LIFETIME.total_seconds()),
        "refresh_token": granted.refresh_token,
    }
