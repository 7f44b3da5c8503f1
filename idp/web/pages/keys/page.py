"""The page on which a signing key is prepared, switched to, activated and retired."""

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.audit.statistics.quiet_hour import quietest_hour
from idp.keys.change import OutOfOrder, Step
from idp.keys.models import SigningKey, State, Use
from idp.saml import key_change, signing_keys
from idp.saml.models import ServiceProvider
from idp.web import rights
from idp.web.operators import recent_factor
from idp.web.pages.keys.panels import panels
from idp.web.rendering import admin_page

MAY_CHANGE = "keys.change_signingkey"
DANGEROUS = {
    Step.SWITCH: "sign with the next key",
    Step.BACK: "sign with the active key again",
    Step.ACTIVATE: "replace the active key",
}
"""The steps that change which key signs, so services may refuse sign-ins."""


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [path("keys/", site.admin_view(key_change_page), name="key_change")]


@require_http_methods(["GET", "POST"])
def key_change_page(request: HttpRequest) -> HttpResponse:
    """Show the keys and the next step of each. POST takes a step."""
    return _take_step(request) if request.method == "POST" else _show(request)


def _show(request: HttpRequest) -> HttpResponse:
    if not (request.user.has_perm(rights.SEE_KEYS) or request.user.has_perm(MAY_CHANGE)):
        raise PermissionDenied
    now = clock.now()
    signing_keys.ensure(now)
    shown = {
        "title": "Replace a signing key",
        "panels": panels(now),
        "quiet": quietest_hour(now),
        "may_change": request.user.has_perm(MAY_CHANGE),
        "service": "",  # these three only some of the buttons have
        "all": (),
        "danger": "",
    }
    return admin_page(request, "keys/page.html", shown)


def _take_step(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(MAY_CHANGE):
        raise PermissionDenied
    try:
        step, use = Step(request.POST.get("step", "")), Use(request.POST.get("use", ""))
    except ValueError:
        return HttpResponseBadRequest("There is no such step or key.", content_type="text/plain; charset=utf-8")
    if step in DANGEROUS:
        recent_factor.require(request, DANGEROUS[step])
    slugs = request.POST.getlist("service")
    before = SigningKey.objects.filter(use=use, state=State.NEXT).first()
    try:
        sentence = key_change.take(step, use, clock.now(), slugs)
    except OutOfOrder as refused:
        messages.error(request, f"{refused.sentence} {refused.advice}")
    else:
        _record(request, before or _next_or_active(use), slugs, sentence)
        messages.success(request, sentence)
    return HttpResponseRedirect(reverse("admin:key_change"))


def _record(request: HttpRequest, key: SigningKey, slugs: list[str], sentence: str) -> None:
    """Record the step in the admin's history: of the services that were switched, otherwise of the key."""
    services = list(ServiceProvider.objects.filter(slug__in=slugs))
    for service in services:
        admin.site.get_model_admin(ServiceProvider).log_change(request, service, sentence)
    if not services:
        admin.site.get_model_admin(SigningKey).log_change(request, key, sentence)


def _next_or_active(use: Use) -> SigningKey:
    """Return the next key, otherwise the active one."""
    keys = SigningKey.objects.filter(use=use)
    return keys.filter(state=State.NEXT).first() or keys.get(state=State.ACTIVE)
