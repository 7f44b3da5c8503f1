"""The page on which a signing key is prepared, switched to, activated and retired."""

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.audit.statistics.quiet_hour import quietest_hour
from idp.keys.change import OutOfOrder, Step
from idp.keys.models import SigningKey, State, Use
from idp.saml.models import ServiceProvider
from idp.saml.signatures import key_change, signing_keys
from idp.web.pages.keys.panels import panels

MAY_LOOK, MAY_CHANGE = "keys.view_signingkey", "keys.change_signingkey"


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest) -> HttpResponse:
        return _take(site, request) if request.method == "POST" else _show(site, request)

    return [path("keys/", site.admin_view(view), name="key_change")]


def _show(site: AdminSite, request: HttpRequest) -> HttpResponse:
    if not (request.user.has_perm(MAY_LOOK) or request.user.has_perm(MAY_CHANGE)):
        raise PermissionDenied
    now = clock.now()
    signing_keys.ensure(now)
    shown = {
        "title": "Replace a signing key",
        "panels": panels(now),
        "quiet": quietest_hour(now),
        "may_change": request.user.has_perm(MAY_CHANGE),
    }
    return render(request, "admin/keys.html", {**site.each_context(request), **shown})


def _take(site: AdminSite, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY_CHANGE):
        raise PermissionDenied
    try:
        step, use = Step(request.POST.get("step", "")), Use(request.POST.get("use", ""))
    except ValueError:
        return HttpResponseBadRequest("There is no such step or key.", content_type="text/plain; charset=utf-8")
    slugs = request.POST.getlist("service")
    before = SigningKey.objects.filter(use=use, state=State.NEXT).first()
    try:
        said = key_change.take(step, use, clock.now(), slugs)
    except OutOfOrder as refused:
        messages.error(request, f"{refused.sentence} {refused.advice}")
    else:
        _note(site, request, before or _in_question(use), slugs, said)
        messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:key_change"))


def _note(site: AdminSite, request: HttpRequest, key: SigningKey, slugs: list[str], said: str) -> None:
    """Record the step in the admin's history: of the services that were switched, otherwise of the key."""
    services = list(ServiceProvider.objects.filter(slug__in=slugs))
    for service in services:
        site.get_model_admin(ServiceProvider).log_change(request, service, said)
    if not services:
        site.get_model_admin(SigningKey).log_change(request, key, said)


def _in_question(use: Use) -> SigningKey:
    """Return the next key, otherwise the active one."""
    keys = SigningKey.objects.filter(use=use)
    return keys.filter(state=State.NEXT).first() or keys.get(state=State.ACTIVE)
