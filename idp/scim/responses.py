"""Responses and errors as `application/scim+json` (RFC 7644 sections 3.1 and 3.12)."""

from typing import Any

from django.http import JsonResponse

from idp import reference
from idp.errors import IdpError
from idp.scim.body import Resource
from idp.scim.errors import ScimError

PREFIX = "/scim/"
MEDIA_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def speaks_scim(path: str) -> bool:
    """Whether personnel systems call this address."""
    return path.startswith(PREFIX)


def scim_response(resource: Resource, **options: Any) -> JsonResponse:
    """Return an HTTP response with a resource."""
    return JsonResponse(resource, content_type=MEDIA_TYPE, **options)


def error_response(error: IdpError) -> JsonResponse:
    """Return an HTTP response for an error, with the reference under which it is logged."""
    content = {
        "schemas": [ERROR],
        "status": str(error.status),
        "detail": f"{error.for_programs or error.sentence} Reference: {reference.current()}",
    }
    if isinstance(error, ScimError) and error.scim_type:
        content["scimType"] = error.scim_type
    return scim_response(content, status=error.status, headers=dict(error.headers()))
