"""Pages that belong to no feature: errors, health checks, the start page and help."""

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from idp import clock, reference
from idp.audit import background
from idp.branding import brands
from idp.errors import IdpError
from idp.keys import keyring
from idp.native.errors import as_json, speaks_json
from idp.saml.requests import unsolicited
from idp.saml.signatures import signing_keys
from idp.scim import answers as scim
from idp.sql.writable import takes_writes
from idp.tokens.jwks import key_set
from idp.web.operators.middleware import is_for_operators
from idp.wording import for_agents

log = structlog.get_logger(__name__)
FROM_THE_APP = for_agents("Start again from the app you came from.")
IN_THE_ADMIN = "Go back, or start again from the home page of the admin."
FOUND_BY = "To find this in the trail or the log, search for the reference"
"""Replaces, for operators, the advice to agents to go back to their app or ask their supervisor."""
PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{0}</title><h1>{0}</h1><p>{1}</p><p>Reference: <strong>{2}</strong></p>
<p><a href="/">Start again</a></p></html>"""
"""The error page if templates or translations cannot be loaded."""


class NotFound(IdpError):
    """There is no page at this address."""

    code = "not_found"
    status = 404
    sentence = for_agents("There is no such page.")
    for_programs = "There is nothing at this address."
    advice = FROM_THE_APP


class BadRequest(IdpError):
    """A request that no honest browser sends."""

    code = "bad_request"
    status = 400
    sentence = for_agents("We could not read that request.")
    for_programs = "The request cannot be read."
    advice = FROM_THE_APP


class Incomplete(BadRequest):
    """The client stopped sending before the end of the request's body (RFC 9110 section 15.5.9)."""

    code = "incomplete"
    status = 408


class TooLarge(IdpError):
    """The request is larger than any form's."""

    code = "too_large"
    status = 413
    sentence = for_agents("That is too much to send at once.")
    for_programs = "The request is too large."
    advice = FROM_THE_APP


class WrongMethod(IdpError):
    """The address does not accept the method."""

    code = "wrong_method"
    status = 405
    sentence = for_agents("This page cannot be used that way.")
    for_programs = "This address does not accept this method. The header Allow lists those that it accepts."
    advice = FROM_THE_APP


class Forbidden(IdpError):
    """The user lacks the permission."""

    code = "forbidden"
    status = 403
    sentence = for_agents("You do not have permission to do this.")
    advice = for_agents("If you think you should have it, ask the people who run this site.")


class FormTooOld(IdpError):
    """The form has no valid CSRF token."""

    code = "form_too_old"
    status = 403
    sentence = for_agents("We could not accept this form.")
    advice = for_agents("This happens when a page stays open for a long time. Go back, reload the page and try again.")


def error_page(request: HttpRequest, error: IdpError) -> HttpResponse:
    """Show an error and what to do about it. Needs no database, cache or session. Programs get JSON."""
    if speaks_json(request.path):
        return as_json(error)
    if scim.speaks_scim(request.path):
        return scim.as_error(error)
    response = _shown(request, error)
    for header, value in error.headers().items():
        response[header] = value
    return response


def _shown(request: HttpRequest, error: IdpError) -> HttpResponse:
    try:
        said = {"heading": gettext(error.sentence).removesuffix("."), "advice": gettext(error.advice)}
        if is_for_operators(request):
            said |= {"found_by": FOUND_BY}
            said |= {"advice": IN_THE_ADMIN} if error.advice == FROM_THE_APP else {}
        return render(request, "error.html", {"brand": brands.remembered(), **said}, status=error.status)
    except Exception:
        log.exception("error_page_unrendered")
        heading = error.sentence.removesuffix(".")
        return HttpResponse(format_html(PLAIN, heading, error.advice, reference.current()), status=error.status)


def refused(request: HttpRequest, error: IdpError) -> HttpResponse:
    """Log the private detail of an error, and show the public sentence."""
    log.warning("refused", code=error.code, status=error.status, detail=error.detail)
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


@require_safe
def healthz(_: HttpRequest) -> HttpResponse:
    """Answer that the process is alive."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(_: HttpRequest) -> JsonResponse:
    """Answer whether agents can be served: the database takes writes, and every key in use exists and signs.

    It also reports Redis, if there is one; agents can be served without it. Each request has the trail sealed in the
    background.
    """
    try:
        now = clock.now()
        signing_keys.ensure(now)
        signing_keys.try_out(now)
        ready = takes_writes()
    except Exception:  # noqa: BLE001 - any failure means that this node cannot serve
        ready = False
    if not ready:
        return JsonResponse({"ready": False}, status=503)
    background.sealing.dispatch()
    return JsonResponse({"ready": True, **_redis()})


def _redis() -> dict[str, bool]:
    if not settings.LATCHKEY.redis_url:
        return {}
    from idp import cache  # noqa: PLC0415 - its library is large, and needed only with Redis

    return {"redis": cache.answers()}


@require_safe
def jwks(_: HttpRequest) -> JsonResponse:
    """Publish the public keys of tokens. The answer may be cached for as long as a key is published before its use."""
    keyring.ensure(clock.now())
    response = JsonResponse(key_set())
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Tell a visitor where to begin, with links to the services that can be opened from here."""
    return render(request, "start.html", {"services": list(unsolicited.services().only("slug", "name"))})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the help page, which is the same for everybody."""
    return render(request, "help.html")
