"""Other ways to sign in if no text arrives: buttons on the agent's page."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import passkey_setup, request_facts
from idp.otp import numbers
from idp.otp.models import AuthenticatorApp, OneTimeCode, PhoneAuthenticator
from idp.otp.other_codes import app_codes, one_time_codes, recovery_codes
from idp.otp.other_codes.one_time_codes import GivenToOneself
from idp.passkeys.models import Passkey, PasskeyQuerySet
from idp.web.departments import reach, supervisors
from idp.web.operators import presses
from idp.web.pages.agent import pauses, routing
from idp.web.pages.agent.pauses import Pause

GIVE = "otp.give_one_time_code"


class ReasonForm(forms.Form):
    """Why an agent is given a code."""

    reason = forms.CharField(
        max_length=100,
        help_text="The trail records it. Example: SIM broken, she called from her team leader's desk.",
        widget=forms.TextInput(attrs={"size": 60}),
    )


@dataclass(frozen=True, slots=True)
class WaysBack:
    """The other ways to sign in that the agent has, and what this operator may do about them."""

    passkeys: PasskeyQuerySet
    app: AuthenticatorApp | None
    codes_left: int
    given: OneTimeCode | None
    pauses: list[Pause]
    may_change: bool
    may_make_sheet: bool
    may_give: bool


def ways_back_of(request: HttpRequest, model_admin: "ModelAdmin[Agent]", agent: Agent) -> WaysBack:
    """Return the facts for the agent's page."""
    now = clock.now()
    return WaysBack(
        passkeys=Passkey.objects.of(agent),
        app=AuthenticatorApp.objects.filter(user=agent, confirmed=True).first(),
        codes_left=recovery_codes.left(agent),
        given=one_time_codes.open_code(agent, now),
        pauses=pauses.pauses_of(agent, now),
        may_change=model_admin.has_change_permission(request, agent),
        may_make_sheet=supervisors.is_open(request.user, "make_recovery_codes"),
        may_give=_may_give(request, agent) and agent.pk != request.user.pk,
    )


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL patterns of the buttons."""
    changes: dict[str, routing.Page] = {
        "make-recovery-codes": _make_sheet,
        "remove-recovery-codes": _remove_sheet,
        "remove-app": _remove_app,
        "remove-passkey": _remove_passkey,
        "remove-passkeys": _remove_passkeys,
        "lift-pause": _lift_pause,
    }

    def at(name: str, act: routing.Page, may: routing.May, *methods: str) -> URLPattern:
        return routing.page_url(name.replace("-", "_"), name, transaction.atomic(act), may, model_admin, *methods)

    return [
        *(at(name, act, model_admin.has_change_permission, "POST") for name, act in changes.items()),
        at("one-time-code", _give, _may_give, "GET", "POST"),
        at("revoke-one-time-code", _revoke, _may_give, "POST"),
    ]


def _may_give(request: HttpRequest, agent: Agent) -> bool:
    """Whether the operator may give codes and see agents. Codes for an operator take a superuser."""
    return reach.may_change(request.user, agent) and request.user.has_perms(["agents.view_agent", GIVE])


def _give(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask for a reason, give the code, and show it once."""
    if agent.pk == request.user.pk:
        raise GivenToOneself("an operator asked for a one-time code for their own sign-in")
    form = ReasonForm(request.POST or None)
    context = {"agent": agent, "form": form, "minutes": int(one_time_codes.LIFETIME.total_seconds() // 60)}
    if request.method == "POST" and form.is_valid():
        if presses.is_again(request):
            return routing.back(agent)
        reason = form.cleaned_data["reason"]
        code = one_time_codes.give(agent, reach.operator_of(request), reason, clock.now())
        _record(Kind.CODE_GIVEN, request, agent, reason)
        context |= {"code": code, "until": clock.now() + one_time_codes.LIFETIME}
    title = f"One-time code for {agent}"
    return render(request, "admin/one_time_code.html", {**admin.site.each_context(request), **context, "title": title})


def _revoke(request: HttpRequest, agent: Agent) -> HttpResponse:
    if one_time_codes.revoke(agent, clock.now()):
        _record(Kind.CODE_REVOKED, request, agent)
        messages.success(request, f"The one-time code of {agent} no longer works.")
    return routing.back(agent)


def _make_sheet(request: HttpRequest, agent: Agent) -> HttpResponse:
    if presses.is_again(request):
        return routing.back(agent)
    codes = recovery_codes.make(agent, clock.now())
    _record(Kind.FACTOR_ADDED, request, agent, "recovery codes")
    context = {
        "agent": agent,
        "codes": codes,
        "made_at": clock.now(),
        "language": agent.language or settings.LATCHKEY.language,  # the sheet is for the agent
        "title": f"Recovery codes of {agent}",
    }
    return render(request, "admin/recovery_sheet.html", {**admin.site.each_context(request), **context})


def _remove_sheet(request: HttpRequest, agent: Agent) -> HttpResponse:
    if recovery_codes.remove(agent):
        _record(Kind.FACTOR_REMOVED, request, agent, "recovery codes")
        messages.success(request, f"The recovery codes of {agent} no longer work.")
    return routing.back(agent)


def _remove_app(request: HttpRequest, agent: Agent) -> HttpResponse:
    if app_codes.remove(agent):
        _record(Kind.FACTOR_REMOVED, request, agent, "authenticator app")
        messages.success(request, f"The authenticator app of {agent} no longer works.")
    return routing.back(agent)


def _remove_passkey(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Remove the passkey that the button names, if it is this agent's."""
    try:
        named = UUID(request.POST.get("passkey", ""))
    except ValueError:
        return routing.back(agent)
    return _remove_chosen(request, agent, Passkey.objects.of(agent).filter(pk=named))


def _remove_passkeys(request: HttpRequest, agent: Agent) -> HttpResponse:
    return _remove_chosen(request, agent, Passkey.objects.of(agent))


def _remove_chosen(request: HttpRequest, agent: Agent, chosen: PasskeyQuerySet) -> HttpResponse:
    origin = request_facts.origin_of(request)
    for passkey in passkey_setup.remove(chosen, f"by {request.user}", origin, clock.now()):
        messages.success(request, f"The passkey of {agent} on {passkey.label} no longer works.")
    return routing.back(agent)


def _lift_pause(request: HttpRequest, agent: Agent) -> HttpResponse:
    if PhoneAuthenticator.objects.filter(user=agent).update(lifted_at=clock.now()):
        numbers.end_open([agent], clock.now())
        _record(Kind.PAUSE_LIFTED, request, agent)
        messages.success(request, f"{agent} can ask for a code again.")
    return routing.back(agent)


def _record(kind: Kind, request: HttpRequest, agent: Agent, what: str = "") -> None:
    """Record an event that names the operator."""
    detail = ", ".join(it for it in (what, f"by {request.user}") if it)
    events.record(kind, request_facts.origin_of(request), clock.now(), agent=agent, detail=detail[:200])
