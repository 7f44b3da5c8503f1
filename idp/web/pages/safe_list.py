"""The page of Twilio's safe list: what adding numbers would do, the button for it, and the state of each number."""

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import request_facts
from idp.otp.safe_list import listings
from idp.otp.safe_list.provider import STANDSTILLS
from idp.web import safe_list_run
from idp.web.rendering import admin_page

MAY_SEE, MAY_ASK = "otp.view_safelisting", "otp.change_safelisting"
MOST_SHOWN = 50
MOST_COUNTED = 10_000
"""The limit of counting rows that wait."""
UNDER_WAY = (
    "The requests are on their way to Twilio. After the first 30, a timer that runs manage.py safe_list sends the rest."
)


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("safe-list/", site.admin_view(safe_list_page), name="safe_list")]


@require_http_methods(["GET", "POST"])
def safe_list_page(request: HttpRequest) -> HttpResponse:
    """Show the state. The buttons add numbers, or retry refused ones."""
    return _act(request) if request.method == "POST" else _show(request)


@permission_required(MAY_SEE, raise_exception=True)
def _show(request: HttpRequest) -> HttpResponse:
    return page_for(request)


def page_for(request: HttpRequest, chosen: QuerySet[Agent] | None = None) -> HttpResponse:
    """Show the page, for all agents or for those chosen in the list."""
    waiting, verdict = listings.not_done(), listings.latest_verdict()
    is_counted = chosen is not None or "count" in request.GET or not listings.are_many()
    context = {
        "title": "Twilio's safe list",
        "preview": listings.preview(chosen) if is_counted else None,
        "counted_at_once": listings.COUNTED_AT_ONCE,
        "chosen": None if chosen is None else list(chosen),
        "waiting": waiting.select_related("agent").order_by("due_at")[:MOST_SHOWN],
        "waiting_in_all": waiting.order_by()[:MOST_COUNTED].count(),
        "most_counted": MOST_COUNTED,
        "standstill": verdict.sentence if verdict in STANDSTILLS else "",
        "may_ask": request.user.has_perm(MAY_ASK),
    }
    return admin_page(request, "safe_list.html", context)


@permission_required(MAY_ASK, raise_exception=True)
def _act(request: HttpRequest) -> HttpResponse:
    now, origin = clock.now(), request_facts.origin_of(request)
    with transaction.atomic():
        if request.POST.get("act") == "again":
            detail = f"{listings.again(now)} tried again, by {request.user}"
        else:
            leaving = listings.let_go(now)
            detail = f"{listings.ask(now, _chosen(request))} asked for, {leaving} to leave, by {request.user}"
        events.record(Kind.SAFE_LIST, origin, now, detail=detail)
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
