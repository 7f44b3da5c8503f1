"""The page of alarms about sign-ins: what was noticed, from where, and a button to acknowledge it."""

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.audit.models import ALARMING, LoginEvent
from idp.web import rights
from idp.web.departments import reach
from idp.web.rendering import admin_page
from idp.web.request_fields import row_number
from idp.web.trail import alarms

MAY_ACKNOWLEDGE = "audit.add_acknowledgement"
MOST_ACKNOWLEDGED = 20


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("alarms/", site.admin_view(alarms_page), name="alarms")]


@require_http_methods(["GET", "POST"])
@permission_required(rights.SEE_TRAIL, raise_exception=True)
def alarms_page(request: HttpRequest) -> HttpResponse:
    """Show waiting and acknowledged alarms. POST acknowledges one."""
    if request.method == "POST":
        return _acknowledge(request)
    acknowledged = LoginEvent.objects.filter(kind__in=ALARMING, acknowledgement__isnull=False)
    context = {
        "title": "Alarms about sign-ins",
        "waiting": alarms.with_sides(alarms.waiting()),
        "acknowledged": alarms.with_sides(acknowledged.order_by("-acknowledgement__at"))[:MOST_ACKNOWLEDGED],
        "may_acknowledge": request.user.has_perm(MAY_ACKNOWLEDGE),
    }
    return admin_page(request, "alarms/page.html", context)


@permission_required(MAY_ACKNOWLEDGE, raise_exception=True)
def _acknowledge(request: HttpRequest) -> HttpResponse:
    event = get_object_or_404(LoginEvent, pk=row_number(request.POST.get("event", "")), kind__in=ALARMING)
    if alarms.acknowledge(event, reach.operator_of(request), clock.now()):
        messages.success(request, f"Noted that you looked into it: {event.agent}, {event.at:%Y-%m-%d %H:%M} UTC.")
    else:
        messages.info(request, "Somebody else has looked into that already.")
    return HttpResponseRedirect(reverse("admin:alarms"))
