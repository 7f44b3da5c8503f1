"""Answers as `application/scim+json`, errors among them (RFC 7644 sections 3.1 and 3.12)."""

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
    """Whether it is a personnel system that asks at this address."""
    return path.startswith(PREFIX)


def answer(resource: Resource, **how: Any) -> JsonResponse:
    """Return a resource."""
    return JsonResponse(resource, content_type=MEDIA_TYPE, **how)


def as_error(error: IdpError) -> JsonResponse:
    """Tell a personnel system of an error, with the reference that finds the line in the log."""
    told = {
        "schemas": [ERROR],
        "status": str(error.status),
        "detail": f"{error.sentence} Reference: {reference.current()}",
    }
    if isinstance(error, ScimError) and error.scim_type:
        told["scimType"] = error.scim_type
    return answer(told, status=error.status, headers=dict(error.headers()))
