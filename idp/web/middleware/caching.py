"""Whether an answer may be kept by browsers, and by what stands before us."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from idp.web.middleware.vary import vary


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Keep pages out of caches and histories, unless a view has said how long it may be kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        vary(response, "Cookie")
        return response

    return middleware
