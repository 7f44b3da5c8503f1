"""The page of what codes cost, by day and channel."""

from typing import Final

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from idp import clock
from idp.background import PATIENCE, Upkeep
from idp.otp import channels, costs
from idp.web import rights
from idp.web.rendering import admin_page

counting: Final = Upkeep("daily_codes", lambda: costs.count_all(clock.now()))
"""Counts past days that were not counted yet, in the background."""


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("costs/", site.admin_view(costs_page), name="costs")]


@require_safe
@permission_required(rights.SEE_COSTS, raise_exception=True)
def costs_page(request: HttpRequest) -> HttpResponse:
    """Show sends, right codes, their share and the estimated cost of the last days."""
    now, prices = clock.now(), settings.LATCHKEY.prices
    missing = len(costs.left(now))
    if missing:
        counting.dispatch(PATIENCE)
        missing = len(costs.left(now))
    lines = costs.by_day(now)
    context = {
        "title": "Cost of codes",
        "rows": [(line, channels.in_words(line.channel), line.cost(prices)) for line in lines],
        "total": costs.total(lines, now),
        "total_cost": sum(line.cost(prices) for line in lines),
        "days": costs.DAYS,
        "prices": [(channels.in_words(it).replace("approved", "right code"), price) for it, price in prices.items()],
        "today": sum(it.asked for it in lines if it.day == now.date()),
        "missing": missing,
        "budget": settings.LATCHKEY.texts_a_day,
    }
    return admin_page(request, "costs.html", context)
