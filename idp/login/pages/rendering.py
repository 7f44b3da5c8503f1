"""What the pages of a login share: their address, the context of their templates, and the pages that end a login."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from idp import clock, reference
from idp.agents.models import Kind
from idp.branding import brands
from idp.login import cookies
from idp.login.flow import storage
from idp.login.flow.in_memory import Flow, InMemoryFlow
from idp.login.ladder.steps import Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.request_facts import RequestFacts
from idp.wording import for_agents

OWN_PAGE, OWN_PAGE_NAME = "/me", for_agents("your own page")
"""The service that a login at `/me` is for: its slug and its name."""


def store_and_redirect(request: HttpRequest, flow: Flow, path: str) -> HttpResponse:
    """Redirect the browser, and store the flow and set its cookie if that is still to be done."""
    response = see_other(path)
    cookies.forget_old_flows(response, request, flow.pk)
    if isinstance(flow, InMemoryFlow):
        cookies.write_flow(response, flow.pk, storage.store(flow))
    return response


def see_other(path: str) -> HttpResponse:
    """Redirect with 303, so that the browser follows with a GET (RFC 9110 section 15.4.4)."""
    response = HttpResponseRedirect(path)
    response.status_code = 303
    return response


def address(flow: Flow) -> str:
    """Return the path of a flow's pages."""
    return f"/login/{flow.pk}"


def refusal(request: HttpRequest, flow: LoginFlow, refuse: Refuse, facts: RequestFacts) -> HttpResponse:
    """Tell an agent that they cannot sign in from here, and what they can do."""
    if refuse.by == RefusedBy.SWITCHED_OFF:
        return page(request, flow, "login/switched_off.html", {}, status=403)
    if refuse.by == RefusedBy.STOPPED:
        return page(request, flow, "login/stopped.html", {}, status=503)
    context = {
        "message": refuse.message,
        "concern": refuse.concern.value,
        "seen": facts.browser.label,
        "mobile": facts.browser.kind == Kind.MOBILE or not facts.user_agent.form,
    }
    return page(request, flow, "login/refused.html", context, status=403)


def paused(request: HttpRequest, flow: LoginFlow, until: datetime) -> HttpResponse:
    """Say for how long nothing can be typed, and what helps meanwhile."""
    seconds = ceil((until - clock.now()).total_seconds())
    context = {"minutes": minutes(until), "seconds": seconds, "by_email": "@" in flow.typed}
    return page(request, flow, "login/paused.html", context, status=429)


def minutes(until: datetime) -> int:
    """Return the minutes until then, rounded up, and at least 1."""
    return max(1, -(-int((until - clock.now()).total_seconds()) // 60))


def page(
    request: HttpRequest, flow: LoginFlow, template: str, context: Mapping[str, Any], *, status: int
) -> HttpResponse:
    """Render a page of a login."""
    shared = {
        "service": _(flow.service_name) if flow.service == OWN_PAGE else flow.service_name,
        "brand": brands.of(flow.service),
        "address": address(flow),
        "back": flow.return_to,
        "reference": reference.current(),
        **context,
    }
    response = render(request, template, shared, status=status)
    if flow.leads_to:  # browsers apply the form's CSP to every redirect that follows it
        response._csp_update = {"form-action": [flow.leads_to]}  # type: ignore[attr-defined]  # django-csp's own hook
    return response
