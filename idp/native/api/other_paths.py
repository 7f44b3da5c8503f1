"""The OAuth addresses outside the API, described for the OpenAPI document. They are plain Django views."""

from collections.abc import Mapping
from typing import Any

from idp.native.api.document import ERROR, JSON, headers, refusals
from idp.native.authorization import LONGEST_STATE
from idp.native.errors import InvalidRequest
from idp.native.pkce import CHALLENGE, METHOD

PAGE = {"text/html": {"schema": {"type": "string"}}}
KEPT = {
    "X-Reference": {"$ref": "#/components/headers/Reference"},
    "Cache-Control": {"description": "May be kept for some minutes.", "schema": {"type": "string"}, "required": True},
}
ASKED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "response_type": ("Nothing else is spoken here.", {"const": "code"}),
    "client_id": ("Of an app.", {"type": "string", "examples": ["acme-phone"]}),
    "redirect_uri": (
        "One that was registered for the app, letter for letter. Only the port of a loopback address is free.",
        {"type": "string", "examples": ["com.acme.phone:/signed-in"]},
    ),
    "state": (
        "Comes back as it is. Compare it with what you sent.",
        {"type": "string", "minLength": 1, "maxLength": LONGEST_STATE},
    ),
    "code_challenge": (
        "SHA-256 of the code_verifier, in base64url without padding (RFC 7636).",
        {"type": "string", "pattern": f"^{CHALLENGE.pattern}$"},
    ),
    "code_challenge_method": ("The plain method is refused.", {"const": METHOD}),
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
        "summary": "Sign an agent in. For the system browser, not for programs.",
        "description": (
            "The browser is led through the pages of the sign-in, and in the end to the redirect_uri, with code, state "
            "and iss, or with error, error_description, state and iss. Compare iss with the issuer (RFC 9207)."
        ),
        "security": [],
        "parameters": [
            {"in": "query", "name": name, "required": True, "description": said, "schema": schema}
            for name, (said, schema) in ASKED.items()
        ],
        "responses": {
            "303": {
                "description": "To the sign-in, or back to the app with what was wrong in its request.",
                "headers": {
                    **headers(303),
                    "Location": {"description": "Where to go on.", "schema": {"type": "string"}, "required": True},
                },
            },
            "400": _page(400, "No redirect_uri of this app: a page says so, and the browser is sent nowhere."),
            "403": _page(403, "No app of this client_id: a page says so, and the browser is sent nowhere."),
            "429": _page(429, "Too much came from this network within a minute."),
        },
    }


def _page(status: int, description: str) -> dict[str, Any]:
    kept = {name: it for name, it in headers(status).items() if name != "WWW-Authenticate"}
    return {"description": description, "headers": kept, "content": PAGE}


def _revoke() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["token"],
        "properties": {
            "token": {"type": "string", "minLength": 1, "description": "The refresh token, or the access token."},
            "token_type_hint": {"type": "string", "description": "Not needed, and not looked at."},
            "client_id": {"type": "string", "examples": ["acme-phone"]},
        },
    }
    done = {"description": "Whatever the token was, it counts no more.", "headers": headers(200)}
    burst = {"description": "Too much came from this network within a minute.", "headers": headers(429)}
    return {
        "operationId": "revoke",
        "tags": ["sign-in"],
        "summary": "Sign out: end the device that a token belongs to, with all its tokens (RFC 7009).",
        "security": [],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": {
            "200": {**done, "content": {JSON: {"schema": {"type": "object", "maxProperties": 0}}}},
            "413": {"description": "Over 256 KB.", "headers": headers(413), "content": {JSON: {"schema": ERROR}}},
            "429": {**burst, "content": {JSON: {"schema": ERROR}}},
            **{str(status): it for status, it in refusals(InvalidRequest)["responses"].items()},
        },
    }


def _published(name: str, summary: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["metadata"],
        "summary": summary,
        "security": [],
        "responses": {"200": {"description": "OK", "headers": KEPT, "content": {JSON: {"schema": schema}}}},
    }


def _metadata() -> dict[str, Any]:
    names = ("issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri")
    properties = {name: {"type": "string", "format": "uri"} for name in names}
    return {"type": "object", "required": list(names), "properties": properties}


def _key_set() -> dict[str, Any]:
    names = ("kty", "crv", "x", "y", "kid", "use", "alg")
    key = {"type": "object", "required": list(names), "properties": {name: {"type": "string"} for name in names}}
    return {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": key}}}
