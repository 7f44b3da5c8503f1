"""What happens around every request: a reference, headers against caching, and pages for errors."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse

from idp import log_lines, reference
from idp.errors import IdpError
from idp.login.errors import Busy
from idp.web.vary import vary
from idp.web.views import WrongMethod, error_page, refused
from idp.wording import for_agents

log = structlog.get_logger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
LONGEST_QUERY = 32 * 1024
STATIC = "/static/"
PARTS_SHOWN = 3  # the empty one before the first slash counts
METHOD_NOT_ALLOWED = 405
DATABASE_ERRORS = (OperationalError, InterfaceError, InternalError)  # the last is PostgreSQL's word for read-only


class Unexpected(IdpError):
    """Something nobody thought of. The page says so and nothing more."""


class AddressTooLong(IdpError):
    """A query that no honest request needs."""

    code = "address_too_long"
    status = 414
    sentence = for_agents("That address is too long.")
    advice = for_agents("Start again from the app you came from.")


def references(get_response: Handler) -> Handler:
    """Give each request its reference, and log a line for it, with what happened but without query, body or cookies."""

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


def no_store(get_response: Handler) -> Handler:
    """Keep pages out of caches and histories, unless a view has said how long it may be kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        vary(response, "Cookie")
        return response

    return middleware


class UnheededProxy:
    """Warns once per process if a proxy ends HTTPS before us and the settings know of none: every form then fails."""

    def __init__(self, get_response: Handler) -> None:
        if settings.LATCHKEY.trusted_proxies or not settings.LATCHKEY.https:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.told = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look whether a proxy has spoken, until one has."""
        if not self.told and "HTTP_X_FORWARDED_PROTO" in request.META:
            self.told = True
            log.warning("unheeded_proxy", advice="Set LATCHKEY_TRUSTED_PROXIES to the number of proxies before us.")
        return self.get_response(request)


class ErrorPages:
    """Turns every exception into a page with a sentence, an honest status and the reference."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse an endless query before anything reads it, and say so where a method is not taken."""
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return refused(request, AddressTooLong())
        response = self.get_response(request)
        return self._with_a_page(request, response) if response.status_code == METHOD_NOT_ALLOWED else response

    @staticmethod
    def _with_a_page(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
        page = refused(request, WrongMethod(f"{request.method} is not taken"))
        page["Allow"] = bare["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Log the private detail and show the public sentence; Django's own exceptions stay Django's."""
        if isinstance(error, IdpError):
            return refused(request, error)
        if type(error).__module__.startswith("django.") and not isinstance(error, DATABASE_ERRORS):
            return None
        log.error("unexpected", exc_info=error)
        return error_page(request, Busy() if isinstance(error, DATABASE_ERRORS) else Unexpected())


def _shown(path: str) -> str:
    """Keep two parts of a path: what follows may be a one-time link or name a person."""
    return "/".join(path.split("/")[:PARTS_SHOWN])
