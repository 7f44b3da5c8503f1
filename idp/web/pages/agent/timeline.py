"""The timeline of an agent by day, the latest first: what they did, what was done to them, and by whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.contrib.admin import ModelAdmin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from idp.agents.models import Agent
from idp.audit import acts
from idp.audit.models import ABOUT_A_ROW, LoginEvent
from idp.native.models import Client
from idp.saml.models import ServiceProvider
from idp.sql.unindexed import Unindexed
from idp.web import rights
from idp.web.pages.agent import routing, timeline_words
from idp.web.rendering import admin_page
from idp.web.request_fields import row_number

PER_PAGE = 50
MOST_RECENT = 6


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event. `pk` and `reference` lead to the trail."""

    pk: int
    at: datetime
    what: str
    more: str
    reference: str


@dataclass(frozen=True, slots=True)
class Day:
    """The events of a day, in UTC."""

    day: date
    lines: tuple[EventLine, ...]


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL pattern of the page."""
    may_see = routing.with_right(rights.SEE_TRAIL, model_admin)
    return [routing.page_url("agent_timeline", "timeline", timeline_page, may_see, model_admin, "GET")]


def timeline_page(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show a page of the timeline. `before` is the ID of the event after which older ones follow."""
    before = request.GET.get("before", "")
    shown = days(agent, PER_PAGE + 1, before=row_number(before) or None)
    lines = [line for day in shown for line in day.lines]
    older = lines[PER_PAGE - 1].pk if len(lines) > PER_PAGE else None
    context = {
        "title": f"Events of {agent}",
        "agent": agent,
        "days": list(_without_last(shown)) if older else shown,
        "older": older,
        "is_latest": not before,
    }
    return admin_page(request, "agent/timeline.html", context)


def days(agent: Agent, most: int, *, before: int | None = None) -> list[Day]:
    """Return the latest events by day, the latest first, in three queries. `before` is the ID of an event."""
    about = Q(agent=agent) | Q(ABOUT_A_ROW) & Q(about=acts.thing(agent).about)
    rows = LoginEvent.objects.filter(about).select_related("device").order_by(Unindexed("pk").desc())
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[:most])
    rows_of_services = ServiceProvider.objects.filter(slug__in={it.service for it in found})
    services = dict(rows_of_services.values_list("slug", "name"))
    services |= {it.service: it.name for it in Client.objects.all()}
    lines = (
        EventLine(it.pk, it.at, timeline_words.sentence(it, services), timeline_words.more(it), it.reference)
        for it in found
    )
    return [Day(day, tuple(its)) for day, its in groupby(lines, key=lambda it: it.at.date())]


def _without_last(shown: list[Day]) -> Iterator[Day]:
    """Drop the last event, which only showed that there are more."""
    yield from shown[:-1]
    if shown[-1].lines[:-1]:
        yield Day(shown[-1].day, shown[-1].lines[:-1])
