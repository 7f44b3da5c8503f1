"""Pages that explain a Response that was sent to a service, or would be.

Personal values are shown only to operators who may also see agents. The trail records each time.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.keys import certificates
from idp.login import request_facts
from idp.saml import signing_keys
from idp.saml.errors import UnreadableRequest, UnregisteredAcs, UnreleasableAttribute, UnusableKey
from idp.saml.inspection import expectations, rehearsal
from idp.saml.metadata import published
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.saml.profiles.flex import PROFILES_OF_FLEX
from idp.web import rights
from idp.web.pages.responses import explanation
from idp.web.pages.responses.explanation import Explanation
from idp.web.pages.responses.forms import AgentForm, PreviewForm
from idp.web.rendering import admin_page

SEE_RESPONSES = "saml.view_issuedassertion"
NO_RESPONSE = (UnreleasableAttribute, UnusableKey, UnregisteredAcs)
NOTHING_YET = {"refused": None, "verdict": None, "explanation": None}
LONGEST_NAME = 120  # characters of an operator's name in an event


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL patterns of the pages."""
    return [
        path("answers/would/", site.admin_view(preview), name="would_answer"),
        path("answers/check/<slug:slug>/", site.admin_view(check), name="check_answer"),
        path("answers/<uuid:pk>/", site.admin_view(sent_response), name="answer"),
    ]


@require_http_methods(["GET", "POST"])
@permission_required(SEE_RESPONSES, raise_exception=True)
def sent_response(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Explain a Response that was sent. POST shows its personal values once."""
    showing = request.method == "POST"
    if showing and not request.user.has_perm(rights.SEE_PEOPLE):
        raise PermissionDenied
    rows = IssuedAssertion.objects.select_related("service_provider", "agent")
    issued = get_object_or_404(rows.prefetch_related("service_provider__consumers"), pk=pk)
    if showing:
        _record(request, issued.agent, issued.service_provider, issued.assertion_id)
    shown = {
        "title": f"Answer to {issued.service_provider}",
        "issued": issued,
        "summary": explanation.summary(issued),
        "explanation": _explain_sent(issued, masked=not showing),
        "may_show": request.user.has_perm(rights.SEE_PEOPLE),
    }
    return admin_page(request, "responses/sent.html", shown)


@require_http_methods(["GET", "POST"])
@permission_required([SEE_RESPONSES, rights.SEE_PEOPLE], raise_exception=True)
def preview(request: HttpRequest) -> HttpResponse:
    """Explain the Response that an agent would get now. Nothing is stored or sent."""
    form = PreviewForm(request.POST or None, initial={"service": request.GET.get("service", "")})
    shown: dict[str, Any] = {"title": "Preview an answer", "form": form, **NOTHING_YET}
    if request.method == "POST" and form.is_valid():
        agent, sp = form.cleaned_data["agent"], form.cleaned_data["service"]
        showing = "show" in request.POST
        if showing:
            _record(request, agent, sp, "what would be sent now")
        shown |= {"agent": agent, "service": sp} | _preview(sp, agent, masked=not showing)
    return admin_page(request, "responses/preview.html", shown)


@require_http_methods(["GET", "POST"])
@permission_required([SEE_RESPONSES, rights.SEE_PEOPLE], raise_exception=True)
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the second reader check a Response as the service would, and show the result."""
    sp = get_object_or_404(ServiceProvider.objects.prefetch_related("consumers", "released"), slug=slug)
    form = AgentForm(request.POST if request.method == "POST" else None)
    shown: dict[str, Any] = {"title": f"Check the answer: {sp}", "form": form, "service": sp, **NOTHING_YET}
    shown["is_flex"] = sp.profile in PROFILES_OF_FLEX
    if form.is_valid():
        shown |= {"agent": form.cleaned_data["agent"]} | _checked(sp, form.cleaned_data["agent"])
    return admin_page(request, "responses/check.html", shown)


def _explain_sent(issued: IssuedAssertion, *, masked: bool) -> Explanation | None:
    """Explain the stored Response. Returns None if none was stored, or if it cannot be read."""
    expected = expectations.of_past(issued)
    try:
        return explanation.explain(
            issued.response, issued.service_provider, expected, encrypted=issued.encrypted, masked=masked
        )
    except UnreadableRequest:
        return None


def _preview(sp: ServiceProvider, agent: Agent, *, masked: bool) -> dict[str, Any]:
    now = clock.now()
    try:
        made = rehearsal.rehearse(sp, agent, now)
    except NO_RESPONSE as error:
        return {"refused": error}
    expected = expectations.of_now(sp, made.request_id, now)
    explained = explanation.explain(made.response, sp, expected, encrypted=sp.encrypt, masked=masked)
    return {"unnamed": not made.named, "explanation": explained}


def _checked(sp: ServiceProvider, agent: Agent | None) -> dict[str, Any]:
    now = clock.now()
    try:
        made, verdict = rehearsal.check_here(sp, agent, now)
    except NO_RESPONSE as error:
        return {"refused": error}
    expected = expectations.of_now(sp, made.request_id, now)
    explained = explanation.explain(made.response, sp, expected, encrypted=sp.encrypt, masked=agent is not None)
    return {
        "verdict": verdict,
        "unnamed": not made.named,
        "explanation": explained,
        "accepted": verdict.accepted and not explained.failed,
        "our_values": _our_values(sp, made.acs_url, expected.certificates, now),
    }


def _our_values(
    sp: ServiceProvider, acs_url: str, fingerprints: tuple[str, ...], now: datetime
) -> list[tuple[str, str]]:
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
