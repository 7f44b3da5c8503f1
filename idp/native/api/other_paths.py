"""The OAuth addresses outside the API, described for the OpenAPI document. They are plain Django views."""

from collections.abc import Mapping
from typing import Any

from idp.native.api.document import ERROR, JSON, errors, headers, too_large
from idp.native.authorization import LONGEST_STATE
from idp.native.errors import InvalidRequest
from idp.native.pkce import CHALLENGE, METHOD

PAGE = {"text/html": {"schema": {"type": "string"}}}
CACHED = {
    "X-Reference": {"$ref": "#/components/headers/Reference"},
    "Cache-Control": {"description": "May be cached for some minutes.", "schema": {"type": "string"}, "required": True},
}
PARAMETERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "response_type": ("Only the authorization code flow is supported.", {"const": "code"}),
    "client_id": ("The client ID of your app.", {"type": "string", "examples": ["acme-phone"]}),
    "redirect_uri": (
        "A redirect URI registered for the app, as an identical string. Only the port of a loopback address may "
        "differ.",
        {"type": "string", "examples": ["com.acme.phone:/signed-in"]},
    ),
    "state": (
        "An unguessable text. Latchkey sends it back unchanged: compare it with what you sent.",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_STATE},
    ),
    "code_challenge": (
        "SHA-256 of the code_verifier, in base64url without padding (RFC 7636).",
        {"type": "string", "pattern": f"^{CHALLENGE.pattern}$"},
    ),
    "code_challenge_method": ("The method `plain` is refused.", {"const": METHOD}),
}


def paths() -> dict[str, Any]:
    """Return the paths outside the API in OpenAPI's form."""
    return {
        "/oauth/authorize": {"get": _authorize()},
        "/oauth/revoke": {"post": _revoke()},
        "/.well-known/oauth-authorization-server": {
            "get": _published("readMetadata", "Describe the authorization server (RFC 8414).", _metadata())
        },
        "/.well-known/jwks.json": {
            "get": _published("readKeys", "Publish the keys that access tokens are signed with (RFC 7517).", _key_set())
        },
    }


def _authorize() -> dict[str, Any]:
    return {
        "operationId": "authorize",
        "tags": ["sign-in"],
        "summary": "Sign an agent in. Open this address in the system browser.",
        "description": (
            "The agent types number and code on Latchkey's pages. Then the browser goes to the redirect_uri with "
            "`code`, `state` and `iss`, or with `error`, `error_description`, `state` and `iss`. Compare `iss` with "
            "the issuer (RFC 9207). `access_denied` means that the agent went back."
        ),
        "security": [],
        "parameters": [
            {"in": "query", "name": name, "required": True, "description": description, "schema": schema}
            for name, (description, schema) in PARAMETERS.items()
        ],
        "responses": {
            "303": {
                "description": "To the sign-in pages, or back to the app with an error in its request.",
                "headers": {
                    **headers(303),
                    "Location": {"description": "The next address.", "schema": {"type": "string"}, "required": True},
                },
            },
            "400": _page(400, "A page: the redirect_uri is not registered for this app."),
            "403": _page(403, "A page: no app is registered with this client_id, or it is switched off."),
            "429": _page(429, "Too many requests from this network within a minute."),
        },
    }


def _page(status: int, description: str) -> dict[str, Any]:
    sent = {name: it for name, it in headers(status).items() if name != "WWW-Authenticate"}
    return {"description": description, "headers": sent, "content": PAGE}


def _revoke() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["token"],
        "properties": {
            "token": {"type": "string", "minLength": 1, "description": "The refresh token or the access token."},
            "token_type_hint": {"type": "string", "description": "Ignored."},
            "client_id": {"type": "string", "description": "Your client ID.", "examples": ["acme-phone"]},
        },
    }
    revoked = {"description": "The token is not valid, now or already before.", "headers": headers(200)}
    limited = {"description": "Too many requests from this network within a minute.", "headers": headers(429)}
    return {
        "operationId": "revoke",
        "tags": ["sign-in"],
        "summary": "Sign out the device that a token belongs to, with all its tokens (RFC 7009).",
        "security": [],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {
            "200": {**revoked, "content": {JSON: {"schema": {"type": "object", "maxProperties": 0}}}},
            "413": too_large(),
            "429": {**limited, "content": {JSON: {"schema": ERROR}}},
            **{str(status): it for status, it in errors(InvalidRequest)["responses"].items()},
        },
    }


def _published(name: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["metadata"],
        "summary": summary,
        "security": [],
        "responses": {
            "200": {"description": "The document.", "headers": CACHED, "content": {JSON: {"schema": schema}}}
        },
    }


def _metadata() -> dict[str, Any]:
    names = ("issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri")
    properties = {name: {"type": "string", "format": "uri"} for name in names}
    return {"type": "object", "required": list(names), "properties": properties}


def _key_set() -> dict[str, Any]:
    names = ("kty", "crv", "x", "y", "kid", "use", "alg")
    key = {"type": "object", "required": list(names), "properties": {name: {"type": "string"} for name in names}}
    return {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": key}}}
