"""The page of what codes cost, by day and channel."""

from typing import Final

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from idp import clock
from idp.audit.background import PATIENCE, Background
from idp.otp import channels, costs

counting: Final = Background("daily_codes", lambda: costs.keep_all(clock.now()))
"""Counts past days that were not counted yet, in the background."""


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("costs/", site.admin_view(view), name="costs")]


@require_safe
def view(request: HttpRequest) -> HttpResponse:
    """Show sends, right codes, their share and the estimated cost of the last days."""
    if not request.user.has_perm("otp.view_verification"):
        raise PermissionDenied
    now, prices = clock.now(), settings.LATCHKEY.prices
    missing = len(costs.left(now))
    if missing:
        counting.dispatch(PATIENCE)
        missing = len(costs.left(now))
    lines = costs.by_day(now)
    every = costs.total(lines, now)
    context = {
        **admin.site.each_context(request),
        "title": "Cost of codes",
        "rows": [(line, channels.in_words(line.channel), line.cost(prices)) for line in lines],
        "total": every,
        "total_cost": sum(line.cost(prices) for line in lines),
        "days": costs.DAYS,
        "prices": [(channels.in_words(it).replace("approved", "right code"), price) for it, price in prices.items()],
        "today": sum(it.asked for it in lines if it.day == now.date()),
        "missing": missing,
        "budget": settings.LATCHKEY.texts_a_day,
    }
    return render(request, "admin/costs.html", context)
