"""The API of apps and back ends. It uses no cookies; its OpenAPI document falls out of this code."""

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.views.decorators.cache import cache_control
from ninja import Form, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from pydantic import Field, WithJsonSchema

from idp import clock
from idp.login import presented
from idp.native import api_beside, api_document, clients, grants
from idp.native.api_document import refusals
from idp.native.api_of_apps import router as of_apps
from idp.native.api_of_back_ends import router as of_back_ends
from idp.native.api_schemas import Omitted, Problem
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

DOCUMENT_AGE = 300
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
GRANTS: list[Any] = ["authorization_code", "refresh_token", "client_credentials"]
REFUSALS = (InvalidRequest, InvalidScope, InvalidGrant, UnauthorizedClient, UnsupportedGrantType, InvalidClient)
Parameter = Annotated[str | None, Field(max_length=4096), WithJsonSchema({"type": "string", "maxLength": 4096})]


class Api(NinjaAPI):
    """Operations are called after their functions, and the document says all of `api_document` too."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of an operation, such as readDevice."""
        first, *rest = operation.view_func.__name__.split("_")
        return first + "".join(it.title() for it in rest)

    def get_openapi_schema(self, **how: Any) -> Any:  # noqa: ANN401 - as the class above
        """Return the whole document."""
        document = super().get_openapi_schema(**how)
        base_url, problem = settings.LATCHKEY.base_url, Problem.json_schema()
        return api_document.complete(document, base_url, beside=api_beside.paths(), problem=problem)


api = Api(
    title="Latchkey for own apps and back ends",
    version="1",
    urls_namespace="api",
    docs_url=None,
    docs_decorator=cache_control(public=True, max_age=DOCUMENT_AGE),
    description="Apps sign agents in by OAuth 2.0 with PKCE and keep their sign-in fresh; back ends read the registry.",
)
api.add_router("", of_apps)
api.add_router("", of_back_ends)


class TokenRequest(Schema):
    """What the token address takes, as a form (RFC 6749 sections 4.1.3, 4.4.2 and 6)."""

    grant_type: Annotated[str, Field(max_length=100, json_schema_extra={"enum": GRANTS})]
    client_id: Parameter = None
    client_secret: Parameter = None
    code: Parameter = None
    redirect_uri: Parameter = None
    code_verifier: Parameter = None
    refresh_token: Parameter = None
    scope: Annotated[str | None, WithJsonSchema({"const": ""})] = None


class TokenAnswer(Schema):
    """A grant (RFC 6749 section 5.1). Without a refresh token, keep the one you have."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a type
    expires_in: int
    refresh_token: Omitted = None


@api.post("/token", response=TokenAnswer, exclude_none=True, tags=["sign-in"], openapi_extra=refusals(*REFUSALS))
def token(request: HttpRequest, asked: Form[TokenRequest]) -> dict[str, Any]:
    """Exchange a code for a sign-in, go on with one, or let a back end in.

    `authorization_code` takes code, redirect_uri, client_id and code_verifier; `refresh_token` takes refresh_token
    and client_id; `client_credentials` takes the back end's secret, by HTTP Basic or as client_secret.
    """
    if repeated := [name for name, values in request.POST.lists() if len(values) > 1]:
        raise InvalidRequest("a parameter twice", sentence=f"{repeated[0][:40]} stands there twice.")
    if asked.scope:
        raise InvalidScope("a scope was asked for")
    client = clients.authenticate(request.headers.get("Authorization", ""), asked.client_id, asked.client_secret)
    seen = presented.by_app(request, client.client_id, asked.refresh_token)
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


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> Any:  # noqa: ANN401 - never returns
    """Say which part of a request does not read, by the name that RFC 6749 gives to that."""
    first = error.errors[0]
    if first["loc"][0] == "form" and request.content_type not in FORMS:
        raise InvalidRequest("not a form", sentence=f"The parameters have to stand in the body as {FORMS[0]}.")
    where = str(first["loc"][-1])[:40]
    raise InvalidRequest(f"{where}: {first['type']}", sentence=f"{where}: {first['msg']}.")


@api.exception_handler(HttpError)
def not_json(_: HttpRequest, error: HttpError) -> Any:  # noqa: ANN401 - never returns
    """Say that a body does not read."""
    raise InvalidRequest(error.message, sentence="The body of the request cannot be read.")


def _told(granted: Granted) -> dict[str, Any]:
    return {
        "access_token": granted.access_token,
        "expires_in": granted.expires_in,
        "refresh_token": granted.refresh_token,
    }
