"""The factors that an agent has for when no text arrives, and the buttons on the agent's page that remove them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse

from idp import clock
from idp.agents.models import Agent
from idp.audit.models import Kind
from idp.login import passkey_setup, request_facts
from idp.otp import numbers
from idp.otp.models import AuthenticatorApp, OneTimeCode, PhoneAuthenticator
from idp.otp.other_codes import app_codes, one_time_codes, recovery_codes
from idp.passkeys.models import Passkey, PasskeyQuerySet
from idp.web.departments import supervisors
from idp.web.operators import recent_factor, repeated_posts
from idp.web.pages.agent import one_time_code, pauses, routing
from idp.web.pages.agent.pauses import Pause
from idp.web.pages.agent.recording import record
from idp.web.rendering import admin_page
from idp.web.request_fields import row_uuid


@dataclass(frozen=True, slots=True)
class Factors:
    """The agent's factors other than texts, their pauses, and what this operator may do about them."""

    passkeys: PasskeyQuerySet
    app: AuthenticatorApp | None
    codes_left: int
    one_time_code: OneTimeCode | None
    pauses: list[Pause]
    may_change: bool
    may_make_recovery_codes: bool
    may_give: bool


def factors_of(request: HttpRequest, model_admin: "ModelAdmin[Agent]", agent: Agent, now: datetime) -> Factors:
    """Return the factors for the agent's page."""
    return Factors(
        passkeys=Passkey.objects.of(agent),
        app=AuthenticatorApp.objects.filter(user=agent, confirmed=True).first(),
        codes_left=recovery_codes.left(agent),
        one_time_code=one_time_codes.open_code(agent, now),
        pauses=pauses.pauses_of(agent, now),
        may_change=model_admin.has_change_permission(request, agent),
        may_make_recovery_codes=supervisors.is_open(request.user, "make_recovery_codes"),
        may_give=one_time_code.may_give(request, agent) and agent.pk != request.user.pk,
    )


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL patterns of the buttons."""
    buttons: dict[str, routing.Page] = {
        "make-recovery-codes": _make_recovery_codes,
        "remove-recovery-codes": _remove_recovery_codes,
        "remove-app": _remove_app,
        "remove-passkey": _remove_passkey,
        "remove-passkeys": _remove_passkeys,
        "lift-pause": _lift_pause,
    }
    may = model_admin.has_change_permission
    return [
        routing.page_url(at.replace("-", "_"), at, transaction.atomic(act), may, model_admin, "POST")
        for at, act in buttons.items()
    ]


def _make_recovery_codes(request: HttpRequest, agent: Agent) -> HttpResponse:
    page = reverse("admin:agents_agent_change", args=[agent.pk])
    recent_factor.require(request, f"make recovery codes for {agent}", cancel=page)
    if repeated_posts.is_repeated(request):
        return routing.back(agent)
    now = clock.now()
    codes = recovery_codes.make(agent, now)
    record(Kind.FACTOR_ADDED, request, agent, "recovery codes")
    context = {
        "agent": agent,
        "codes": codes,
        "made_at": now,
        "language": agent.language or settings.LATCHKEY.language,  # the sheet is for the agent
        "title": f"Recovery codes of {agent}",
    }
    return admin_page(request, "agent/recovery_sheet.html", context)


def _remove_recovery_codes(request: HttpRequest, agent: Agent) -> HttpResponse:
    if recovery_codes.remove(agent):
        record(Kind.FACTOR_REMOVED, request, agent, "recovery codes")
        messages.success(request, f"The recovery codes of {agent} no longer work.")
    return routing.back(agent)


def _remove_app(request: HttpRequest, agent: Agent) -> HttpResponse:
    if app_codes.remove(agent):
        record(Kind.FACTOR_REMOVED, request, agent, "authenticator app")
        messages.success(request, f"The authenticator app of {agent} no longer works.")
    return routing.back(agent)


def _remove_passkey(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Remove the passkey that the button names, if it is this agent's."""
    named = row_uuid(request.POST.get("passkey", ""))
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
        record(Kind.PAUSE_LIFTED, request, agent)
        messages.success(request, f"{agent} can ask for a code again.")
    return routing.back(agent)
