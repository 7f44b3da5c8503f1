"""The page *Is everything in order?*: the doctor's findings, and what the proxies added to this request."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.login import request_facts
from idp.web.checkup import all_subjects, finding, proxies
from idp.web.checkup.proxies import ProxyHeaders


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""

    @require_http_methods(["GET", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        """Show what can be checked locally. POST also asks Twilio and the installation's public address."""
        return render(request, "admin/checkup.html", {**site.each_context(request), **_shown(request)})

    return [path("checkup/", site.admin_view(page), name="checkup")]


def _shown(request: HttpRequest) -> dict[str, object]:
    conf, arrived, online = settings.LATCHKEY, ProxyHeaders.of(request), request.method == "POST"
    found = [*proxies.judge(arrived, conf), *all_subjects.check_everything(conf, clock.now(), online=online)]
    return {
        "title": "Checkup",
        "findings": finding.worst_first(found),
        "summary": finding.summary(found),
        "online": online,
        "arrived": arrived,
        "trusted": conf.trusted_proxies,
        "address": request_facts.origin_of(request).address,
    }
