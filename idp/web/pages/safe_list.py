"""The page of Twilio's safe list: what adding numbers would do, the button for it, and the state of each number."""

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import request_facts
from idp.otp.safe_list import listings
from idp.otp.safe_list.provider import Verdict
from idp.web import safe_list_run

MAY_SEE, MAY_ASK = "otp.view_safelisting", "otp.change_safelisting"
SHOWN = 50
MOST_LEFT = 10_000
"""The limit of counting rows that wait."""
UNDER_WAY = (
    "The requests are on their way to Twilio. After the first 30, a timer that runs manage.py safe_list sends the rest."
)
STANDSTILLS = (Verdict.CLOSED, Verdict.MISCONFIGURED)


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""

    @require_http_methods(["GET", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        """Show the state. The buttons request numbers, or retry refused ones."""
        if request.method == "POST":
            return _act(request)
        if not request.user.has_perm(MAY_SEE):
            raise PermissionDenied
        return shown(request, site)

    return [path("safe-list/", site.admin_view(page), name="safe_list")]


def shown(request: HttpRequest, site: AdminSite, chosen: QuerySet[Agent] | None = None) -> HttpResponse:
    """Show the page, for all agents or for those chosen in the list."""
    left, verdict = listings.not_done(), listings.latest_verdict()
    counted = chosen is not None or "count" in request.GET or not listings.are_many()
    context = {
        **site.each_context(request),
        "title": "Twilio's safe list",
        "preview": listings.preview(chosen) if counted else None,
        "counted_at_once": listings.COUNTED_AT_ONCE,
        "chosen": None if chosen is None else list(chosen),
        "left": left.select_related("agent").order_by("due_at")[:SHOWN],
        "left_in_all": left.order_by()[:MOST_LEFT].count(),
        "most": MOST_LEFT,
        "standstill": verdict.sentence if verdict in STANDSTILLS else "",
        "may_ask": request.user.has_perm(MAY_ASK),
    }
    return render(request, "admin/safe_list.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY_ASK):
        raise PermissionDenied
    now, origin = clock.now(), request_facts.origin_of(request)
    with transaction.atomic():
        if request.POST.get("act") == "again":
            detail = f"{listings.again(now)} tried again, by {request.user}"
        else:
            leaving = listings.let_go(now)
            detail = f"{listings.ask(now, _chosen(request))} asked for, {leaving} to leave, by {request.user}"
        events.record(Kind.SAFE_LIST, origin, now, detail=detail[:200])
    safe_list_run.dispatch(origin)
    messages.success(request, UNDER_WAY)
    return HttpResponseRedirect(reverse("admin:safe_list"))


def _chosen(request: HttpRequest) -> QuerySet[Agent] | None:
    """Return the agents that the form names; None means all."""
    if "agent" not in request.POST:
        return None
    try:
        return Agent.objects.filter(pk__in=request.POST.getlist("agent"))
    except ValidationError:
        return Agent.objects.none()
