"""The page that gives an agent a one-time code, and the button that revokes it."""

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from idp import clock
from idp.agents.models import Agent
from idp.audit.models import Kind
from idp.otp.other_codes import one_time_codes
from idp.otp.other_codes.one_time_codes import GivenToOneself
from idp.web import rights
from idp.web.departments import reach
from idp.web.operators import recent_factor, repeated_posts
from idp.web.pages.agent import routing
from idp.web.pages.agent.recording import record
from idp.web.rendering import admin_page


class ReasonForm(forms.Form):
    """Why an agent is given a code."""

    reason = forms.CharField(
        max_length=100,
        help_text="The trail records it. Example: SIM broken, she called from her team leader's desk.",
        widget=forms.TextInput(attrs={"size": 60}),
    )


def urls(model_admin: "ModelAdmin[Agent]") -> list[URLPattern]:
    """Return the URL patterns of the page and the button."""
    give, revoke = transaction.atomic(_give), transaction.atomic(_revoke)
    return [
        routing.page_url("one_time_code", "one-time-code", give, may_give, model_admin, "GET", "POST"),
        routing.page_url("revoke_one_time_code", "revoke-one-time-code", revoke, may_give, model_admin, "POST"),
    ]


def may_give(request: HttpRequest, agent: Agent) -> bool:
    """Whether the operator may give codes and see agents. Codes for an operator take a superuser."""
    return reach.may_change(request.user, agent) and request.user.has_perms([rights.SEE_PEOPLE, rights.GIVE_CODES])


def _give(request: HttpRequest, agent: Agent) -> HttpResponse:
    """Ask for a reason, give the code, and show it once."""
    if agent.pk == request.user.pk:
        raise GivenToOneself("an operator asked for a one-time code for their own sign-in")
    form = ReasonForm(request.POST or None)
    context = {
        "title": f"One-time code for {agent}",
        "agent": agent,
        "form": form,
        "code": None,
        "minutes": int(one_time_codes.LIFETIME.total_seconds() // 60),
    }
    if request.method == "POST" and form.is_valid():
        recent_factor.require(request, f"give {agent} a one-time code")
        if repeated_posts.is_repeated(request):
            return routing.back(agent)
        reason, now = form.cleaned_data["reason"], clock.now()
        code = one_time_codes.give(agent, reach.operator_of(request), reason, now)
        record(Kind.CODE_GIVEN, request, agent, reason)
        context |= {"code": code, "until": now + one_time_codes.LIFETIME}
    return admin_page(request, "agent/one_time_code.html", context)


def _revoke(request: HttpRequest, agent: Agent) -> HttpResponse:
    if one_time_codes.revoke(agent, clock.now()):
        record(Kind.CODE_REVOKED, request, agent)
        messages.success(request, f"The one-time code of {agent} no longer works.")
    return routing.back(agent)
