"""The page *Why can't Ana sign in?*: every check, for the last device or a sample, at one service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from idp import clock
from idp.agents.models import Agent, Device
from idp.policies.simulation import sample_devices
from idp.policies.simulation.sample_devices import SAMPLE_DEVICES
from idp.web import services_offered
from idp.web.departments import reach
from idp.web.pages.agent import routing
from idp.web.rendering import admin_page
from idp.web.services_offered import BY_SHORT_NAME, Offered
from idp.web.sign_in_checks import all_checks, arrival
from idp.web.sign_in_checks.arrival import Arrival
from idp.web.sign_in_checks.check import Check, Fix, Judged

LACKING = "You do not have the right to do this. Ask an operator who does."


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check with the fixes that this operator may use; `instead` is the sentence if there are none."""

    check: Check
    fixes: tuple[Fix, ...]
    instead: str = ""


class ChoiceForm(forms.Form):
    """The choice of device and service."""

    def __init__(self, own: Sequence[Device], services: Offered, data: Mapping[str, str]) -> None:
        super().__init__(data)
        samples = [(it.slug, it.label) for it in SAMPLE_DEVICES]
        known = [(str(it.pk), _label(it)) for it in own]
        phones = [
            ("", "the last one seen"),
            *([("Their phones", known)] if known else []),
            ("A new phone", samples),
        ]
        self.fields["phone"] = forms.ChoiceField(required=False, choices=phones)
        self.fields["service"] = _field_for(services)


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL pattern of the page."""
    return [routing.page_url("why_agent", "why", why_page, model_admin.has_view_permission, model_admin, "GET")]


def why_page(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Show every check. `phone` and `service` replace the usual ones."""
    now = clock.now()
    usual = all_checks.usual_service(agent)
    own = arrival.devices_of(agent)
    form = ChoiceForm(own, services_offered.first(), request.GET or {"service": usual.slug if usual else ""})
    data = form.cleaned_data if form.is_valid() else {}
    chosen = _arrival(agent, own, data.get("phone", ""))
    sp = (all_checks.service_of(data["service"]) if data.get("service") else None) or usual
    judged = all_checks.judge(agent, sp, chosen, now)
    context = {
        "title": f"Why can't {agent} sign in?",
        "agent": agent,
        "form": form,
        "judged": judged,
        "checks": [check_line(request, agent, it) for it in judged.checks],
        "first_closed": check_line(request, agent, judged.next) if judged.next else None,
        "guessed": chosen.guessed,
    }
    return admin_page(request, "agent/why.html", context)


def _arrival(agent: Agent, own: Sequence[Device], named: str) -> Arrival:
    sample, device = sample_devices.named(named), next((it for it in own if str(it.pk) == named), None)
    if sample:
        return arrival.with_sample(sample)
    return arrival.with_device(device) if device else arrival.with_last_phone(agent)


def _field_for(services: Offered) -> forms.Field:
    if services.whole:
        return forms.ChoiceField(required=False, choices=services.services)
    return forms.CharField(required=False, label=BY_SHORT_NAME, max_length=50)


def _label(device: Device) -> str:
    state = "ended" if device.revoked_at else "signed in"
    return f"{device.label}, {state}, last seen {device.last_seen_at:%d %b, %H:%M} UTC"


def judge_usual(request: HttpRequest, agent: Agent, now: datetime) -> tuple[Judged, CheckLine | None]:
    """Judge the last device at the usual service, for the top of the agent's page."""
    judged = all_checks.judge(agent, all_checks.usual_service(agent), arrival.with_last_phone(agent), now)
    return judged, check_line(request, agent, judged.next) if judged.next else None


def check_line(request: HttpRequest, agent: Agent, check: Check) -> CheckLine:
    """Keep the fixes that this operator may use. If none is left, say who may use them."""
    permitted = [it for it in check.fixes if request.user.has_perm(it.right)]
    fixes = tuple(it for it in permitted if not it.changes_agent or reach.may_change(request.user, agent))
    instead = "" if fixes or not check.fixes else reach.OPERATORS_BY_SUPERUSERS if permitted else LACKING
    return CheckLine(check, fixes, instead)
