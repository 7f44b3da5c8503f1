"""The button on a refused sign-in that lets its agent in for two hours."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from idp import clock
from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.login import request_facts
from idp.login.emergency import passes
from idp.web.departments import reach
from idp.web.request_fields import text_field

MAY_GIVE = "agents.add_accesspass"


def let_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a two-hour pass to the agent of a refused sign-in, or to the agent named if the sign-in proved nobody."""
    if not request.user.has_perm(MAY_GIVE):
        raise PermissionDenied
    event = get_object_or_404(LoginEvent.objects.select_related("agent"), pk=pk, kind=Kind.REFUSED)
    named = text_field(request.POST, "email")
    agent = event.agent or Agent.objects.filter(email__iexact=named).first()
    if agent is None:
        messages.error(
            request, f"Nobody has the email {named}." if named else "Enter the email of the agent to let in."
        )
    else:
        why = text_field(request.POST, "why")[:200] or f"Refused sign-in {event.reference}"
        origin = request_facts.origin_of(request)
        given = passes.give(agent, passes.USUAL, reach.operator_of(request), why, origin=origin, now=clock.now())
        messages.success(request, f"{agent} is exempt from the access rules until {given.until:%H:%M} UTC.")
    return HttpResponseRedirect(reverse("admin:audit_loginevent_change", args=[pk]))
