"""Protects the whole admin: operators only, and the trail names them for everything they do there."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from idp.audit import events, upkeep
from idp.audit.events import Actor
from idp.login import request_facts
from idp.web.admin_paths import needs_operator
from idp.web.trail import unrecorded_writes

NUL = "%00"
NOT_DONE = "That was not done, because your sign-in had ended. Sign in, and do it again."


def operators_only(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse everybody but operators, for every path under the admin's prefix."""

    def middleware(request: HttpRequest) -> HttpResponse:
        inside = needs_operator(request)
        if inside and not admin.site.has_permission(request):
            return _to_sign_in(request)
        if NUL in request.META.get("QUERY_STRING", ""):
            raise BadRequest("PostgreSQL can neither store nor compare it")
        return _acted(request, get_response) if inside else get_response(request)

    return middleware


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to sign in. What they pressed is not repeated, so they read that, and return to its page."""
    sign_in = reverse("admin:login")
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path(), sign_in)
    messages.warning(request, NOT_DONE)
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    page = urlsplit(came_from)._replace(scheme="", netloc="", fragment="").geturl() if ours else reverse("admin:index")
    return redirect_to_login(page, sign_in)


def _acted(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Answer an operator's request, and name them in every event that it leads to."""
    with events.acting(_actor(request)), unrecorded_writes.watched() as on_success:
        response = get_response(request)
        if response.status_code < HTTPStatus.BAD_REQUEST and request.resolver_match:
            on_success(f"page {request.resolver_match.view_name}")
    upkeep.sealing.dispatch()
    return response


def _actor(request: HttpRequest) -> Actor:
    """Return the operator of a request, as the trail names them."""
    return Actor(str(request.user), request_facts.origin_of(request), request.user.pk)
