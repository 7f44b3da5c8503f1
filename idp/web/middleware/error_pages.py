"""Error pages: a sentence, an honest status, and the request's reference."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from idp.errors import IdpError
from idp.login.errors import Busy
from idp.sql import unprepared
from idp.web.admin_paths import needs_operator
from idp.web.error_views import error_page, refused
from idp.web.errors import FROM_THE_APP, Incomplete, TooLarge, WrongMethod
from idp.wording import for_agents

log = structlog.get_logger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
LONGEST_QUERY = 32 * 1024
LONGEST_BODY = 256 * 1024
LONGEST_FILE = 9 * 1024 * 1024
"""Bytes of a body with which an operator sends a file."""
METHOD_NOT_ALLOWED = 405
DATABASE_ERRORS = (OperationalError, InterfaceError, InternalError)  # PostgreSQL raises the last if it is read-only


class Unexpected(IdpError):
    """An unexpected exception. The page says no more than that."""


class AddressTooLong(IdpError):
    """The query string is longer than any honest request needs."""

    code = "address_too_long"
    status = 414
    sentence = for_agents("That address is too long.")
    advice = FROM_THE_APP


class ErrorPages:
    """Turns every exception into a page with a sentence, an honest status and the reference."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse an overlong query string or body before anything reads it, and give 405 responses a page.

        Django limits forms, but writes files of any size to the disk, before it knows who sends them.
        """
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            return refused(request, AddressTooLong())
        if _body_length(request) > (LONGEST_FILE if needs_operator(request) else LONGEST_BODY):
            return refused(request, TooLarge())
        response = self.get_response(request)
        return self._with_a_page(request, response) if response.status_code == METHOD_NOT_ALLOWED else response

    @staticmethod
    def _with_a_page(request: HttpRequest, bare: HttpResponse) -> HttpResponse:
        page = refused(request, WrongMethod(f"{request.method} is not taken"))
        page["Allow"] = bare["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Log the private detail and show the public sentence.

        Django handles its own exceptions, except database errors.
        """
        if isinstance(error, IdpError):
            return refused(request, error)
        if isinstance(error, UnreadablePostError):
            return refused(request, Incomplete(str(error)))
        if remedy := unprepared.remedy(error):
            if remedy == unprepared.RESTORE:
                unprepared.FOUND_DAMAGED.set()
            log.error("database_unprepared", remedy=remedy, exc_info=error)
            return error_page(request, Busy())
        if type(error).__module__.startswith("django.") and not isinstance(error, DATABASE_ERRORS):
            return None
        log.error("unexpected", exc_info=error)
        return error_page(request, Busy() if isinstance(error, DATABASE_ERRORS) else Unexpected())


def _body_length(request: HttpRequest) -> int:
    """Return the announced length of a body. Django reads no body that comes without one."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdecimal() else 0
