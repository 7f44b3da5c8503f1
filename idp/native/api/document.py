"""The parts of the OpenAPI document other than operations: introduction, authentication, headers, errors, examples."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from idp.errors import IdpError
from idp.login.errors import Busy
from idp.native.api.examples import EXAMPLES
from idp.native.errors import content_of

JSON = "application/json"
ERROR = {"$ref": "#/components/schemas/Error"}
REFERENCE = "7KQ2M-9TX4D"
FORMS = {"TokenRequest"}
"""Schemas that the document has in place, since they describe forms."""
METHODS = ("get", "post", "patch", "delete")
INTRODUCTION = """\
Apps sign agents in, stay signed in, and open services such as Flex without another code. Back ends read agents and
their devices.

**Authentication.** Get an access token at `/api/v1/token`: an app by authorization code with PKCE, a back end by its
secret. Send it as `Authorization: Bearer`. It expires after 15 minutes. There are no scopes: an app may use only its
own device and sign-in links, a back end only agents and devices.

**Formats.** Requests to `/api/v1/token` and `/oauth/revoke` are forms. All other bodies and all answers are JSON.
Times are in UTC. Ignore fields of answers and values of texts that you do not know: more may be added. A field of a
request that Latchkey does not know is an error.

**Errors.** See the schema `Error`. Besides the errors listed with each operation, there are 404 `not_found` at an
unknown address, 405 `wrong_method`, 408 `incomplete` and 500 `unexpected`.

**Limits.** A body may have 256 KiB. Addresses below `/api/v1/` have no rate limit. `/oauth/authorize` and
`/oauth/revoke` share a limit on requests a minute from one network, 1200 unless the operator changes it; then the
answer is 429. A proxy in front of Latchkey may have limits of its own. Send a request answered with 503 again after
the seconds in `Retry-After`.
"""
TAGS: Mapping[str, str] = {
    "sign-in": "Sign agents in, keep them signed in, open services and sign out.",
    "device": "The device of the app that sends the request.",
    "agents and devices": "For back ends.",
    "metadata": "What OAuth clients and readers of access tokens fetch.",
}
HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Reference": {
        "description": "Identifies the request in Latchkey's log and audit trail.",
        "schema": {"type": "string", "examples": [REFERENCE]},
        "required": True,
    },
    "NoStore": {"description": "Do not cache this answer.", "schema": {"const": "no-store"}, "required": True},
    "Challenge": {
        "description": "How to authenticate, and what failed (RFC 6750 section 3; Basic at `/api/v1/token`).",
        "schema": {"type": "string", "examples": ['Bearer realm="latchkey", error="invalid_token"']},
        "required": True,
    },
    "RetryAfter": {
        "description": "How many seconds to wait before you send the request again.",
        "schema": {"type": "integer", "minimum": 1, "examples": [2]},
        "required": True,
    },
}
ALWAYS = {"X-Reference": "Reference", "Cache-Control": "NoStore"}
"""The headers of every answer."""
CHALLENGED, RETRIED = {401, 403}, {429, 503}
SECURITY: Mapping[str, list[dict[str, list[str]]]] = {
    "AppToken": [{"accessToken": []}, {"app": []}],
    "BackEndToken": [{"accessToken": []}, {"backEnd": []}],
    "": [{}, {"backEndSecret": []}],
}
"""Who may call an operation, by the class that authenticates it."""


def errors(*kinds: IdpError | type[IdpError]) -> dict[str, Any]:
    """Return the OpenAPI description of the errors that an operation raises, for `openapi_extra`."""
    found = [it if isinstance(it, IdpError) else it() for it in (*kinds, Busy)]
    statuses = sorted({it.status for it in found})
    return {"responses": {status: _error(status, [it for it in found if it.status == status]) for status in statuses}}


def complete(
    document: dict[str, Any], base_url: str, *, other_paths: dict[str, Any], error: dict[str, Any]
) -> dict[str, Any]:
    """Return the generated document with everything added: the other paths, and the schema of an error."""
    paths = {path: _path(methods) for path, methods in document["paths"].items()}
    schemas = {name: it for name, it in document["components"]["schemas"].items() if name not in FORMS}
    whole = {
        **document,
        "servers": [{"url": base_url}],
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "paths": {**paths, **other_paths},
        "components": {
            "schemas": {**_with_examples(schemas), "Error": error},
            "headers": HEADERS,
            "securitySchemes": _security_schemes(base_url),
        },
        "externalDocs": {
            "description": "Metadata of the authorization server (RFC 8414)",
            "url": f"{base_url}/.well-known/oauth-authorization-server",
        },
    }
    return {**whole, "paths": _untitled(whole["paths"]), "components": _untitled(whole["components"])}


def headers(status: int) -> dict[str, Any]:
    """Return the headers of an answer with this status, in OpenAPI's form."""
    more = {"WWW-Authenticate": "Challenge"} if status in CHALLENGED else {}
    more |= {"Retry-After": "RetryAfter"} if status in RETRIED else {}
    return {name: {"$ref": f"#/components/headers/{it}"} for name, it in {**ALWAYS, **more}.items()}


def too_large() -> dict[str, Any]:
    """Return the description of the answer to a body that is too large."""
    return {
        "description": "The body has more than 256 KiB. `error` is `too_large`.",
        "headers": headers(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        "content": {JSON: {"schema": ERROR}},
    }


def _with_examples(schemas: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: it | ({"examples": [EXAMPLES[name]]} if name in EXAMPLES else {}) for name, it in schemas.items()}


def _untitled(described: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a description without the titles that repeat the names of fields."""
    if isinstance(described, list):
        return [_untitled(it) for it in described]
    if not isinstance(described, dict):
        return described
    return {name: _untitled(it) for name, it in described.items() if name != "title" or not isinstance(it, str)}


def _error(status: int, errors: Sequence[IdpError]) -> dict[str, Any]:
    contents = [content_of(it, REFERENCE) for it in errors]
    return {
        "description": " ".join(f"`{it}`." for it in dict.fromkeys(it["error"] for it in contents)),
        "headers": headers(status),
        "content": {JSON: {"schema": ERROR, "examples": {_name(it): {"value": it} for it in contents}}},
    }


def _name(content: Mapping[str, str]) -> str:
    return ".".join(content[it] for it in ("error", "reason") if it in content)


def _path(methods: dict[str, Any]) -> dict[str, Any]:
    return {method: _operation(it) if method in METHODS else it for method, it in methods.items()}


def _operation(generated: dict[str, Any]) -> dict[str, Any]:
    """Split the description of an operation into summary and description, and say who may call it."""
    operation = {**generated}
    summary, _, description = operation.pop("description", "").partition("\n\n")
    scheme = next((name for it in operation.pop("security", ()) for name in it), "")
    answers = {str(status): it for status, it in sorted(operation.pop("responses").items())}
    for status, answer in answers.items():
        if status.startswith("2"):
            answer["headers"] = headers(int(status))
    if "requestBody" in operation:
        answers["413"] = too_large()
    more = {"description": " ".join(description.split())} if description else {}
    return {
        **operation,
        "summary": " ".join(summary.split()),
        **more,
        "responses": answers,
        "security": SECURITY[scheme],
    }


def _security_schemes(base_url: str) -> dict[str, Any]:
    token = f"{base_url}/api/v1/token"
    return {
        "accessToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` of an app or a back end (RFC 6750). It expires after 15 minutes.",
        },
        "app": {
            "type": "oauth2",
            "description": "An app, by authorization code and PKCE (S256). There are no scopes.",
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
            "description": "Client ID and secret of a back end (RFC 6749 section 2.3.1). An app has no secret.",
        },
    }
