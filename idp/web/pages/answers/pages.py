"""Pages that explain a Response that was sent to a service, or would be.

Personal values are shown only to operators who may also see agents. The trail records each time.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.keys import certificates
from idp.login import request_facts
from idp.saml.errors import UnreadableRequest, UnregisteredAcs, UnreleasableAttribute, UnusableKey
from idp.saml.inspection import expectations, rehearsal
from idp.saml.metadata import published
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.saml.signatures import signing_keys
from idp.web.pages.answers import words as answer_words
from idp.web.pages.answers.forms import AgentForm, WouldForm
from idp.web.pages.answers.words import Explained

SEE_ANSWERS = "saml.view_issuedassertion"
SEE_PEOPLE = "agents.view_agent"
CANNOT_BE_MADE = (UnreleasableAttribute, UnusableKey, UnregisteredAcs)
LONGEST_NAME = 120  # characters of an operator's name in an event


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""
    return [
        path("answers/would/", site.admin_view(would), name="would_answer"),
        path("answers/check/<slug:slug>/", site.admin_view(check_here), name="check_answer"),
        path("answers/<uuid:pk>/", site.admin_view(past), name="answer"),
    ]


@require_http_methods(["GET", "POST"])
def past(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Explain a Response that was sent. POST shows its personal values once."""
    showing = request.method == "POST"
    _allow(request, SEE_ANSWERS, *([SEE_PEOPLE] if showing else []))
    rows = IssuedAssertion.objects.select_related("service_provider", "agent")
    issued = get_object_or_404(rows.prefetch_related("service_provider__consumers"), pk=pk)
    if showing:
        _record(request, issued.agent, issued.service_provider, issued.assertion_id)
    shown = {
        "title": f"Answer to {issued.service_provider}",
        "issued": issued,
        "story": answer_words.story(issued),
        "explained": _explain_past(issued, masked=not showing),
        "may_show": request.user.has_perm(SEE_PEOPLE),
    }
    return _page(request, "admin/answer.html", shown)


@require_http_methods(["GET", "POST"])
def would(request: HttpRequest) -> HttpResponse:
    """Explain the Response that an agent would get now. Nothing is stored or sent."""
    _allow(request, SEE_ANSWERS, SEE_PEOPLE)
    form = WouldForm(request.POST or None, initial={"service": request.GET.get("service", "")})
    shown: dict[str, Any] = {"title": "Preview an answer", "form": form, "may_show": True}
    if request.method == "POST" and form.is_valid():
        agent, sp = form.cleaned_data["agent"], form.cleaned_data["service"]
        showing = "show" in request.POST
        if showing:
            _record(request, agent, sp, "what would be sent now")
        shown |= {"agent": agent, "service": sp} | _would(sp, agent, masked=not showing)
    return _page(request, "admin/answer_would.html", shown)


@require_http_methods(["GET", "POST"])
def check_here(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the second reader check a Response as the service would, and show the result."""
    _allow(request, SEE_ANSWERS, SEE_PEOPLE)
    sp = get_object_or_404(ServiceProvider.objects.prefetch_related("consumers", "released"), slug=slug)
    form = AgentForm(request.POST if request.method == "POST" else None)
    shown: dict[str, Any] = {"title": f"Check the answer: {sp}", "form": form, "service": sp}
    if form.is_valid():
        shown |= {"agent": form.cleaned_data["agent"]} | _checked(sp, form.cleaned_data["agent"])
    return _page(request, "admin/answer_check.html", shown)


def _explain_past(issued: IssuedAssertion, *, masked: bool) -> Explained | None:
    """Explain the stored Response. Returns None if none was stored, or if it cannot be read."""
    wanted = expectations.of_past(issued)
    try:
        return answer_words.explain(
            issued.response, issued.service_provider, wanted, encrypted=issued.encrypted, masked=masked
        )
    except UnreadableRequest:
        return None


def _would(sp: ServiceProvider, agent: Agent, *, masked: bool) -> dict[str, Any]:
    now = clock.now()
    try:
        made = rehearsal.rehearse(sp, agent, now)
    except CANNOT_BE_MADE as error:
        return {"refused": error}
    wanted = expectations.of_now(sp, made.request_id, now)
    explained = answer_words.explain(made.response, sp, wanted, encrypted=sp.encrypt, masked=masked)
    return {"unnamed": not made.named, "explained": explained}


def _checked(sp: ServiceProvider, agent: Agent | None) -> dict[str, Any]:
    now = clock.now()
    try:
        made, verdict = rehearsal.check_here(sp, agent, now)
    except CANNOT_BE_MADE as error:
        return {"refused": error}
    wanted = expectations.of_now(sp, made.request_id, now)
    explained = answer_words.explain(made.response, sp, wanted, encrypted=sp.encrypt, masked=agent is not None)
    return {
        "verdict": verdict,
        "unnamed": not made.named,
        "explained": explained,
        "taken": verdict.accepted and not explained.failed,
        "ours": _ours(sp, made.acs_url, wanted.certificates, now),
    }


def _ours(sp: ServiceProvider, acs_url: str, fingerprints: tuple[str, ...], now: datetime) -> list[tuple[str, str]]:
    """Return Latchkey's values, in the order in which to compare them with those at the service."""
    signs = certificates.fingerprint(signing_keys.certificate_for(sp, now))
    return [
        ("X.509 certificate, SHA-256 fingerprint", signs),
        *(("Not this one, which we publish but do not use for it", it) for it in fingerprints if it != signs),
        ("Issuer (our entity ID)", published.entity_id()),
        ("ACS URL", acs_url),
        ("Audience (its entity ID)", sp.entity_id),
        ("Single Sign-On URL", published.sso_url()),
    ]


def _record(request: HttpRequest, agent: Agent, sp: ServiceProvider, what: str) -> None:
    """Record that values are shown, before they are."""
    events.record(
        Kind.VALUES_SHOWN,
        request_facts.origin_of(request),
        clock.now(),
        agent=agent,
        service=sp.slug,
        detail=f"to {str(request.user)[:LONGEST_NAME]}: {what}",
    )


def _allow(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms(permissions):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **shown})
