"""The API of apps and back ends. It uses no cookies. Its OpenAPI document is generated from this code."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.decorators.cache import cache_control
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from idp.native.api import document, other_paths
from idp.native.api.app_operations import router as app_operations
from idp.native.api.back_end_operations import router as back_end_operations
from idp.native.api.schemas import Error
from idp.native.api.token import router as token
from idp.native.errors import InvalidRequest

DOCUMENT_AGE = 300
FAULTS = {
    "missing": "{where} is missing.",
    "extra_forbidden": "{where} is not a field of this request.",
    "model_attributes_type": "The body must be a JSON object.",
    "string_type": "{where} must be a text.",
    "string_too_short": "{where} is too short. Minimum length: {min_length}.",
    "string_too_long": "{where} is too long. Maximum length: {max_length}.",
    "string_pattern_mismatch": "{where} must match {pattern}.",
    "value_error": "{where} {error}.",
}
"""Sentences in place of pydantic's, by its type of error."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Api(NinjaAPI):
    """The API. It names operations after their functions, and adds what is in `document` to the generated document."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the camel-case name of an operation, such as readDevice."""
        first, *rest = operation.view_func.__name__.split("_")
        return first + "".join(it.title() for it in rest)

    def get_openapi_schema(self, **how: Any) -> Any:  # noqa: ANN401 - as the class above
        """Return the whole document."""
        written = super().get_openapi_schema(**how)
        base_url, error = settings.LATCHKEY.base_url, Error.json_schema()
        return document.complete(written, base_url, other_paths=other_paths.paths(), error=error)


api = Api(
    title="Latchkey API for apps and back ends",
    version="1",
    urls_namespace="api",
    docs_url=None,
    docs_decorator=cache_control(public=True, max_age=DOCUMENT_AGE),
    description=document.INTRODUCTION,
)
api.add_router("", token)
api.add_router("", app_operations)
api.add_router("", back_end_operations)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> Any:  # noqa: ANN401 - never returns
    """Answer 400 and name the part of the request that could not be read, in the terms of RFC 6749."""
    first = error.errors[0]
    if first["loc"][0] == "form" and request.content_type not in FORMS:
        raise InvalidRequest("not a form", sentence=f"Send the parameters in the body, as {FORMS[0]}.")
    where = str(first["loc"][-1])[:40]
    sentence = FAULTS.get(first["type"], "{where}: {msg}.")
    given = {"msg": first["msg"], **first.get("ctx", {})}
    raise InvalidRequest(f"{where}: {first['type']}", sentence=sentence.format(where=where, **given))


@api.exception_handler(HttpError)
def not_json(_: HttpRequest, error: HttpError) -> Any:  # noqa: ANN401 - never returns
    """Answer that the body could not be read."""
    raise InvalidRequest(error.message, sentence="The body of the request is not valid JSON.")
