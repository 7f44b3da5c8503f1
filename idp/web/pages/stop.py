"""The page that stops all sign-ins, and lets agents sign in again."""

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.login import request_facts
from idp.login.emergency import stops
from idp.policies.models import Stop
from idp.web import rights
from idp.web.departments import reach
from idp.web.operators import recent_factor
from idp.web.rendering import admin_page
from idp.web.request_fields import text_field

MAY_SEE = "policies.view_stop"
LIFT = "let people sign in again"
MOST_PAST = 10


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("stop/", site.admin_view(stop_page), name="stop")]


@require_http_methods(["GET", "POST"])
def stop_page(request: HttpRequest) -> HttpResponse:
    """Show whether sign-ins are stopped. POST stops them, or lets agents sign in again.

    Only the latter needs a recent code: a stop is urgent, and takes nothing that lifting it does not give back.
    """
    return _stop_or_lift(request) if request.method == "POST" else _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    if not (request.user.has_perm(MAY_SEE) or request.user.has_perm(rights.STOP)):
        raise PermissionDenied
    shown = {
        "title": "Stop all sign-ins",
        "stop": Stop.objects.in_force().select_related("by").first(),
        "past": Stop.objects.exclude(lifted_at=None).select_related("by")[:MOST_PAST],
        "may_stop": request.user.has_perm(rights.STOP),
    }
    return admin_page(request, "stop.html", shown)


def _stop_or_lift(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(rights.STOP):
        raise PermissionDenied
    operator = reach.operator_of(request)
    origin, now = request_facts.origin_of(request), clock.now()
    if "lift" in request.POST:
        recent_factor.require(request, LIFT)
        lifted = stops.lift(operator, origin, now)
        messages.success(request, "Agents can sign in again." if lifted else "Sign-ins were not stopped.")
        return HttpResponseRedirect(reverse("admin:stop"))
    try:
        begun = stops.stop(operator, text_field(request.POST, "why"), origin, now)
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "All sign-ins are stopped." if begun else "Sign-ins were stopped already.")
    return HttpResponseRedirect(reverse("admin:stop"))
