"""Holds an exchange with the API, and with OAuth beside it, to our own OpenAPI document, read strictly."""

import copy
import gzip
import json
from functools import cache

from django.http import HttpResponse

from idp.native.api.application import api

OURS = ("/api/v1/", "/oauth/authorize", "/oauth/revoke", "/.well-known/")
NOT_OF_AN_OPERATION = {404, 405}
"""What an address or a method is told that the document does not have."""


def document():
    """The document as programs read it."""
    return json.loads(json.dumps(api.get_openapi_schema()))


def faults(request, response):
    """Say in what an answer is not as the document has it."""
    if not request.path.startswith(OURS) or request.path == "/api/v1/openapi.json":
        return []
    if response.status_code in NOT_OF_AN_OPERATION and not _operation(request):
        return []
    from openapi_core.contrib.django import DjangoOpenAPIResponse  # takes a second, in every worker that collects
    from openapi_core.testing import MockRequest

    asked = MockRequest("http://localhost", request.method.lower(), request.path)
    errors = _openapi().iter_response_errors(asked, DjangoOpenAPIResponse(_unpacked(response)))
    return [f"{request.method} {request.path} {response.status_code}: {_told(error)}" for error in errors]


def _unpacked(response):
    """Return the answer as a program reads it, which has unpacked it by then."""
    if response.headers.get("Content-Encoding") != "gzip":
        return response
    headers = {name: value for name, value in response.headers.items() if name != "Content-Encoding"}
    return HttpResponse(gzip.decompress(response.content), status=response.status_code, headers=headers)


@cache
def _openapi():
    from openapi_core import OpenAPI

    return OpenAPI.from_dict(strict(document()))


def strict(told):
    """Close every schema of an answer: what the document does not name is a fault."""
    closed = copy.deepcopy(told) | {"servers": [{"url": "/"}]}
    for schema in closed["components"]["schemas"].values():
        schema["additionalProperties"] = False
    return closed


def _operation(request):
    parts = request.path.split("/")
    for path, methods in document()["paths"].items():
        pairs = list(zip(path.split("/"), parts, strict=False))
        if path.count("/") == len(parts) - 1 and all(mine.startswith("{") or mine == it for mine, it in pairs):
            return methods.get(request.method.lower())
    return None


def _told(error):
    cause = error.__cause__
    return "; ".join(it.message for it in getattr(cause, "schema_errors", [])) or f"{error!r} {cause!r}"
