"""The page of alarms about sign-ins: what was noticed, from where, and a button to acknowledge it."""

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.audit.models import ALARMING, LoginEvent
from idp.web.departments import reach
from idp.web.trail import alarms

LATELY = 20


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("alarms/", site.admin_view(view), name="alarms")]


@require_http_methods(["GET", "POST"])
def view(request: HttpRequest) -> HttpResponse:
    """Show waiting and acknowledged alarms. POST acknowledges one."""
    may = request.user.has_perm("audit.add_acknowledgement")
    if not request.user.has_perm("audit.view_loginevent"):
        raise PermissionDenied
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        return _acknowledge(request)
    done = LoginEvent.objects.filter(kind__in=ALARMING, acknowledgement__isnull=False)
    context = {
        **admin.site.each_context(request),
        "title": "Alarms about sign-ins",
        "waiting": alarms.with_sides(alarms.waiting()),
        "done": alarms.with_sides(done.order_by("-acknowledgement__at"))[:LATELY],
        "may_acknowledge": may,
    }
    return render(request, "admin/alarms.html", context)


def _acknowledge(request: HttpRequest) -> HttpResponse:
    which = request.POST.get("event", "")
    event = get_object_or_404(LoginEvent, pk=which if which.isdecimal() else 0, kind__in=ALARMING)
    if alarms.acknowledge(event, reach.operator_of(request), clock.now()):
        messages.success(request, f"Noted that you looked into it: {event.agent}, {event.at:%Y-%m-%d %H:%M} UTC.")
    else:
        messages.info(request, "Somebody else has looked into that already.")
    return HttpResponseRedirect(reverse("admin:alarms"))
