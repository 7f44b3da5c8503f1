"""What the OpenAPI document has besides operations: authentication, headers, errors, examples."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from idp.errors import IdpError
from idp.login.errors import Busy
from idp.native.api.examples import EXAMPLES

JSON = "application/json"
ERROR = {"$ref": "#/components/schemas/Problem"}
REFERENCE = "7KQ2M-9TX4D"
METHODS = ("get", "post", "patch", "delete")
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Reference": {"description": "Leads to the trail and the log.", "schema": {"type": "string"}, "required": True},
    "NoStore": {"description": "Nobody keeps this answer.", "schema": {"const": "no-store"}, "required": True},
    "Challenge": {
        "description": "What is wanted, and what is wrong (RFC 6750 section 3; Basic at the token address).",
        "schema": {"type": "string"},
        "required": True,
    },
    "RetryAfter": {
        "description": "Seconds to wait before asking again.",
        "schema": {"type": "integer", "minimum": 1},
        "required": True,
    },
}
ALWAYS = {"X-Reference": "Reference", "Cache-Control": "NoStore"}
"""The headers of every answer."""
CHALLENGED, PATIENT = {401, 403}, {429, 503}
WHO_ASKS: Mapping[str, list[dict[str, list[str]]]] = {
    "AppToken": [{"accessToken": []}, {"app": []}],
    "BackEndToken": [{"accessToken": []}, {"backEnd": []}],
    "": [{}, {"backEndSecret": []}],
}
"""Who may call an operation, by the class that authenticates it."""


def refusals(*errors: type[IdpError]) -> dict[str, Any]:
    """Return the OpenAPI description of the errors that an operation raises, for `openapi_extra`."""
    found = [error() for error in (*errors, Busy)]
    statuses = sorted({it.status for it in found})
    return {"responses": {status: _refusal(status, [it for it in found if it.status == status]) for status in statuses}}


def complete(
    document: dict[str, Any], base_url: str, *, other_paths: dict[str, Any], problem: dict[str, Any]
) -> dict[str, Any]:
    """Return the generated document with everything added: the other paths, and the schema of an error."""
    paths = {path: _path(methods) for path, methods in document["paths"].items()}
    return {
        **document,
        "servers": [{"url": base_url}],
        "paths": {**paths, **other_paths},
        "components": {
            "schemas": {**_with_examples(document["components"]["schemas"]), "Problem": problem},
            "headers": HEADERS,
            "securitySchemes": _ways_in(base_url),
        },
        "externalDocs": {
            "description": "Metadata of the authorization server",
            "url": f"{base_url}/.well-known/oauth-authorization-server",
        },
    }


def headers(status: int) -> dict[str, Any]:
    """Return the headers of an answer with this status, in OpenAPI's form."""
    more = {"WWW-Authenticate": "Challenge"} if status in CHALLENGED else {}
    more |= {"Retry-After": "RetryAfter"} if status in PATIENT else {}
    return {name: {"$ref": f"#/components/headers/{it}"} for name, it in {**ALWAYS, **more}.items()}


def _with_examples(schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: it | ({"examples": [EXAMPLES[name]]} if name in EXAMPLES else {}) for name, it in schemas.items()}


def _refusal(status: int, errors: Iterable[IdpError]) -> dict[str, Any]:
    examples = {error.code: {"value": _example(error)} for error in errors}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": headers(status),
        "content": {JSON: {"schema": ERROR, "examples": examples}},
    }


def _example(error: IdpError) -> dict[str, str]:
    reason = getattr(error, "reason", "")
    told = {"error": error.code, "error_description": error.sentence, "reference": REFERENCE}
    return {**told, "reason": reason} if reason else told


def _path(methods: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(it) if method in METHODS else it for method, it in methods.items()}


def _operation(told: dict[str, Any]) -> dict[str, Any]:
    """Split the description of an operation into summary and description, and say who may call it."""
    summary, _, description = told.pop("description", "").partition("\n\n")
    door = next((name for it in told.pop("security", ()) for name in it), "")
    answers = {str(status): it for status, it in sorted(told.pop("responses").items())}
    for status, answer in answers.items():
        if status.startswith("2"):
            answer["headers"] = headers(int(status))
    if "requestBody" in told:
        answers["413"] = {"description": "Over 256 KB.", "headers": headers(413), "content": {JSON: {"schema": ERROR}}}
    for body in told.get("requestBody", {}).get("content", {}).values():
        body["schema"].pop("title", None)
    more = {"description": " ".join(description.split())} if description else {}
    return {**told, "summary": " ".join(summary.split()), **more, "responses": answers, "security": WHO_ASKS[door]}


def _ways_in(base_url: str) -> dict[str, Any]:
    token = f"{base_url}/api/v1/token"
    return {
        "accessToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` of an app or a back end, good for 15 minutes (RFC 6750 section 2.1).",
        },
        "app": {
            "type": "oauth2",
            "description": "An app, by code and PKCE (S256). There are no scopes.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{base_url}/oauth/authorize",
                    "tokenUrl": token,
                    "refreshUrl": token,
                    "scopes": {},
                }
            },
        },
        "backEnd": {
            "type": "oauth2",
            "description": "A back end, by its secret. There are no scopes.",
            "flows": {"clientCredentials": {"tokenUrl": token, "scopes": {}}},
        },
        "backEndSecret": {
            "type": "http",
            "scheme": "basic",
            "description": "Client ID and secret of a back end (RFC 6749 section 2.3.1). An app has none.",
        },
    }
