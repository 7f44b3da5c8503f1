"""Answers to requests that fail: a page with a sentence and the reference, or JSON or text for programs."""

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext

from idp import reference
from idp.branding import brands
from idp.errors import IdpError
from idp.log_lines import LONGEST
from idp.native.errors import as_json, speaks_json
from idp.scim import responses as scim
from idp.web.admin_paths import is_admin
from idp.web.errors import FROM_THE_APP, BadRequest, Forbidden, FormTooOld, NotFound, TooLarge
from idp.web.only_read import IN_TEXT

log = structlog.get_logger(__name__)
IN_THE_ADMIN = "Go back, or start again from the home page of the admin."
"""Replaces, for operators, the advice to agents to go back to their app."""
FOUND_BY = "To find this in the trail or the log, search for the reference"
"""Replaces, for operators, the advice to show the reference to a supervisor."""
PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{0}</title><h1>{0}</h1><p>{1}</p><p>Reference: <strong>{2}</strong></p>
<p><a href="/">Start again</a></p></html>"""
"""The error page if templates or translations cannot be loaded."""


def error_page(request: HttpRequest, error: IdpError) -> HttpResponse:
    """Show an error and what to do about it. Needs no database, cache or session. Programs get JSON, monitors text."""
    if speaks_json(request.path):
        return as_json(error)
    if scim.speaks_scim(request.path):
        return scim.error_response(error)
    response = _in_text(error) if request.path in IN_TEXT else _render(request, error)
    for header, value in error.headers().items():
        response[header] = value
    return response


def _in_text(error: IdpError) -> HttpResponse:
    text = f"{error.for_programs or error.sentence}\nReference: {reference.current()}\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=error.status)


def _render(request: HttpRequest, error: IdpError) -> HttpResponse:
    try:
        texts = {"heading": gettext(error.sentence).removesuffix("."), "advice": gettext(error.advice), "found_by": ""}
        if is_admin(request):
            texts |= {"found_by": FOUND_BY}
            texts |= {"advice": IN_THE_ADMIN} if error.advice == FROM_THE_APP else {}
        return render(request, "error.html", {"brand": brands.remembered(), **texts}, status=error.status)
    except Exception:
        log.exception("error_page_unrendered")
        heading = error.sentence.removesuffix(".")
        return HttpResponse(format_html(PLAIN, heading, error.advice, reference.current()), status=error.status)


def refused(request: HttpRequest, error: IdpError) -> HttpResponse:
    """Log the private detail of an error, and show the public sentence."""
    log.warning("refused", code=error.code, status=error.status, detail=error.detail[:LONGEST])
    return error_page(request, error)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return refused(request, NotFound(type(exception).__name__))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself rejects: 413 if it is too large, otherwise 400."""
    kind = TooLarge if isinstance(exception, RequestDataTooBig) else BadRequest
    return refused(request, kind(type(exception).__name__))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return refused(request, Forbidden(type(exception).__name__))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500. Django calls this while it handles the exception."""
    log.error("unexpected", exc_info=True)
    return error_page(request, IdpError())


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid CSRF token."""
    return refused(request, FormTooOld(reason))
