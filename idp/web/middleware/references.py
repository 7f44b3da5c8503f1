"""The reference of each request, and its log line."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from idp import log_lines, reference

log = structlog.get_logger(__name__)
STATIC = "/static/"
PARTS_SHOWN = 3  # the empty part before the first slash counts
LONGEST_SHOWN = 100  # characters


def references(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request a reference, and log one line for it, without its query string, body or cookies."""

    def middleware(request: HttpRequest) -> HttpResponse:
        reference.begin()
        begun = time.monotonic()
        with log_lines.Gathered() as happened:
            response = get_response(request)
        if not request.path.startswith(STATIC):
            log.info(
                "request",
                method=request.method,
                path=_shown(request.path),
                status=response.status_code,
                ms=round(1000 * (time.monotonic() - begun)),
                **({"happened": happened} if happened else {}),
            )
        response["X-Reference"] = reference.current()
        return response

    return middleware


def _shown(path: str) -> str:
    """Return the beginning of a path, two parts at most: the rest may be a one-time link, or name a person."""
    return "/".join(path.split("/")[:PARTS_SHOWN])[:LONGEST_SHOWN]
