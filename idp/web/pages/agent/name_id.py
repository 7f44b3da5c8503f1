"""An agent's name ID: chosen before a service has received one, or changed later, with the consequences in Flex."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.saml import name_ids
from idp.saml.name_ids import NameIdRefused
from idp.web.pages.agent import routing
from idp.web.pages.agent.flex_workers import worker_changes
from idp.web.rendering import admin_page

MAY_CHOOSE = "saml.choose_name_id"


class NameIdForm(forms.Form):
    """A new name ID. Once its consequences are shown, the agent's email confirms it."""

    value = forms.CharField(
        label="Name ID",
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "vTextField"}),
        help_text="The worker's name exactly as Flex shows it: plain ASCII, no spaces.",
    )

    def __init__(self, agent: Agent, *args: Any) -> None:
        super().__init__(*args)
        self.agent = agent

    def clean_value(self) -> str:
        """Reject an invalid name ID, and the present one."""
        value: str = self.cleaned_data["value"]
        if sentence := name_ids.fault(value, self.agent):
            raise ValidationError(sentence)
        known = name_ids.current(self.agent)
        if known is not None and known.value == value:
            raise ValidationError("That is already the name ID.")
        return value


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL pattern of the page."""

    def may(request: HttpRequest, agent: Agent) -> bool:
        return request.user.has_perm(MAY_CHOOSE) and model_admin.has_change_permission(request, agent)

    return [routing.page_url("change_name_id", "name-id", name_id_page, may, model_admin, "GET", "POST")]


def name_id_page(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask for the name ID, show the consequences, and change it once the agent's email is typed."""
    is_fixed, form = name_ids.is_fixed(agent), NameIdForm(agent, request.POST or None)
    is_valid = form.is_bound and form.is_valid()
    email = request.POST.get("typed")
    if is_valid and (not is_fixed or (email or "").strip().lower() == agent.email.lower()):
        return _change(request, agent, form.cleaned_data["value"], is_fixed=is_fixed)
    value = form.cleaned_data["value"] if is_valid else ""
    mistyped = is_valid and email is not None
    context = {
        "title": f"Name ID of {agent}",
        "agent": agent,
        "form": form,
        "known": name_ids.current(agent),
        "former": name_ids.former(agent),
        "is_fixed": is_fixed,
        "value": value,
        "is_former": any(it.value == value for it in name_ids.former(agent)),
        "worker_changes": list(worker_changes(agent, value)) if value else [],
        "mistyped": mistyped,
    }
    return admin_page(request, "agent/name_id.html", context, status=400 if form.errors or mistyped else 200)


def _change(request: HttpRequest, agent: Agent, value: str, *, is_fixed: bool) -> HttpResponse:
    by, origin, now = str(request.user), request_facts.origin_of(request), clock.now()
    try:
        (name_ids.change if is_fixed else name_ids.choose)(agent, value, by, origin, now)
    except NameIdRefused as refused:
        messages.error(request, str(refused))
        return routing.back(agent)
    messages.success(request, f"From the next sign-in on, services know {agent} as {value}.")
    return routing.back(agent)
