"""Buttons on an agent's page. Each is one POST, and shows its outcome."""

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from idp import clock
from idp.agents.models import Agent, Device
from idp.login import request_facts
from idp.login.endings import agent_switch
from idp.web import rights
from idp.web.departments import reach
from idp.web.let_in import let_in
from idp.web.pages.agent import routing
from idp.web.request_fields import row_uuid, text_field
from idp.web.sign_out import FLEX_STAYS_OPEN, sign_out


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL patterns of the buttons."""
    may_sign_out = routing.with_right(rights.SIGN_OUT, model_admin)
    may_let_in = routing.with_right(rights.LET_IN, model_admin)
    return [
        routing.page_url("switch_agent", "switch", switch, model_admin.has_change_permission, model_admin, "POST"),
        routing.page_url("sign_out_agent", "sign-out", end_devices, may_sign_out, model_admin, "POST"),
        routing.page_url("let_agent_in", "let-in", let_agent_in, may_let_in, model_admin, "POST"),
    ]


def switch(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Enable or disable the agent (`to` is on or off). Disabling signs them out everywhere."""
    by, origin, now = str(request.user), request_facts.origin_of(request), clock.now()
    if text_field(request.POST, "to") == "on":
        agent_switch.on(agent, by, origin, now)
        messages.success(request, f"{agent} is switched on and can sign in with a code.")
    elif agent.pk == reach.operator_of(request).pk:
        messages.error(request, agent_switch.NOT_YOURSELF)
    else:
        ended = agent_switch.off(agent, by, origin, now)
        messages.success(request, f"{agent} is switched off. Signed out: {len(ended)}. {FLEX_STAYS_OPEN}")
    return routing.back(agent)


def end_devices(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Sign the agent out of one device (`device` is its ID), or of all (`device` is all)."""
    if not reach.may_sign_out(request.user, agent):
        messages.error(request, reach.BY_SUPERUSERS)
        return routing.back(agent)
    device, own = text_field(request.POST, "device"), Device.objects.of(agent)
    chosen = own if device == "all" else own.filter(pk=row_uuid(device))
    if ended := sign_out(request, chosen):
        labels = " and ".join(it.label for it in ended)
        messages.success(request, f"{agent} is signed out of {labels} and needs a code there. {FLEX_STAYS_OPEN}")
    else:
        messages.info(request, f"{agent} was already signed out there.")
    return routing.back(agent)


def let_agent_in(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Give the agent a two-hour pass, past access rules and a stop of all sign-ins."""
    let_in(request, agent, "Let in from the agent's page")
    return routing.back(agent)
