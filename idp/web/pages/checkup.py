"""The page *Checkup*: the doctor's findings, and what the proxies added to this request."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.login import request_facts
from idp.web.checkup import all_subjects, finding, proxies
from idp.web.checkup.proxies import ProxyHeaders
from idp.web.rendering import admin_page


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("checkup/", site.admin_view(checkup), name="checkup")]


@require_http_methods(["GET", "POST"])
def checkup(request: HttpRequest) -> HttpResponse:
    """Show what can be checked locally. POST also asks Twilio and the installation's public address."""
    conf, headers, online = settings.LATCHKEY, ProxyHeaders.of(request), request.method == "POST"
    findings = [*proxies.judge(headers, conf), *all_subjects.check_everything(conf, clock.now(), online=online)]
    context = {
        "title": "Checkup",
        "findings": finding.worst_first(findings),
        "summary": finding.summary(findings),
        "online": online,
        "headers": headers,
        "trusted": conf.trusted_proxies,
        "address": request_facts.origin_of(request).address,
    }
    return admin_page(request, "checkup.html", context)
