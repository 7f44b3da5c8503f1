"""Whether browsers and proxies may cache a response."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from idp.web.middleware.vary import vary


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Forbid caching, unless a view has set how long its page may be cached."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        vary(response, "Cookie")
        return response

    return middleware
