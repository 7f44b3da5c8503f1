"""One version of the configuration for each request, which is queried once."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from idp.versions import version
from idp.web.admin_paths import is_admin

READING = ("GET", "HEAD")


def pin_version(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Query the version once for each request, except where an operator changes the configuration and then reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if is_admin(request) and request.method not in READING:
            return get_response(request)
        with version.pinned():
            return get_response(request)

    return middleware
