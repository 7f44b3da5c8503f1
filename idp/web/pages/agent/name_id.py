"""An agent's name ID: chosen before a service has received one, or changed later, with the consequences in Flex."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.saml import name_ids
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import ServiceProvider, SubjectName
from idp.saml.name_ids import NameIdRefused
from idp.saml.profiles.flex import PROFILES_OF_FLEX, flex_identity
from idp.saml.responses import released
from idp.web.pages.agent import routing

MAY_CHOOSE = "saml.choose_name_id"
BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker of Flex, as a name ID makes it: friendly name, identity, and the attributes that Flex receives."""

    name_id: str
    identity: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Doubled:
    """The effect of a change on one Flex: the present worker, and a second one next to it."""

    service: str
    now: Worker
    then: Worker


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

    return [routing.page_url("change_name_id", "name-id", view, may, model_admin, "GET", "POST")]


def view(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask for the name ID, show the consequences, and change it once the agent's email is typed."""
    fixed, form = name_ids.is_fixed(agent), NameIdForm(agent, request.POST or None)
    right = form.is_bound and form.is_valid()
    typed = request.POST.get("typed")
    if right and (not fixed or (typed or "").strip().lower() == agent.email.lower()):
        return _put(request, agent, form.cleaned_data["value"], fixed=fixed)
    value = form.cleaned_data["value"] if right else ""
    back = any(it.value == value for it in name_ids.former(agent))
    context = {
        **admin.site.each_context(request),
        "title": f"Name ID of {agent}",
        "agent": agent,
        "form": form,
        "known": name_ids.current(agent),
        "former": name_ids.former(agent),
        "fixed": fixed,
        "value": value,
        "back": back,
        "doubled": list(doubled(agent, value)) if value else [],
        "mistyped": right and typed is not None,
    }
    wrong = form.errors or context["mistyped"]
    return render(request, "admin/name_id.html", context, status=BAD_REQUEST if wrong else 200)


def _put(request: HttpRequest, agent: Agent, value: str, *, fixed: bool) -> HttpResponse:
    by, origin, now = str(request.user), request_facts.origin_of(request), clock.now()
    try:
        (name_ids.change if fixed else name_ids.choose)(agent, value, by, origin, now)
    except NameIdRefused as refused:
        messages.error(request, str(refused))
        return routing.back(agent)
    messages.success(request, f"From the next sign-in on, services know {agent} as {value}.")
    return routing.back(agent)


def doubled(agent: Agent, value: str) -> Iterator[Doubled]:
    """Yield for each Flex the worker that it has now, and the one that it would add."""
    known: SubjectName | None = name_ids.current(agent)
    if known is None or not known.told:
        return
    flex = ServiceProvider.objects.filter(enabled=True, profile__in=PROFILES_OF_FLEX).prefetch_related("released")
    for sp in flex:
        attributes = _attributes(sp, agent)
        yield Doubled(sp.name, _worker(known.value, attributes), _worker(value, attributes))


def _worker(name_id: str, attributes: tuple[tuple[str, str], ...]) -> Worker:
    return Worker(name_id, flex_identity(name_id) if name_id.isascii() else "", attributes)


def _attributes(sp: ServiceProvider, agent: Agent) -> tuple[tuple[str, str], ...]:
    """Return the attributes that this Flex receives; empty if no Response can be made."""
    try:
        content = released.told(sp, agent, "")
    except UnreleasableAttribute:
        return ()
    return tuple((it.name, ", ".join(it.values)) for it in content.attributes)
