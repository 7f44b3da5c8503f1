"""Protects the whole admin: operators only, and the trail names them for everything they do there."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from idp.audit import events, upkeep
from idp.audit.events import Actor
from idp.login import request_facts
from idp.web.admin_paths import needs_operator
from idp.web.trail import unrecorded_writes

NUL = "%00"


def operators_only(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse everybody but operators, for every path under the admin's prefix."""

    def middleware(request: HttpRequest) -> HttpResponse:
        inside = needs_operator(request)
        if inside and not admin.site.has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if NUL in request.META.get("QUERY_STRING", ""):
            raise BadRequest("PostgreSQL can neither store nor compare it")
        return _acted(request, get_response) if inside else get_response(request)

    return middleware


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
