"""The button on a refused sign-in that lets its agent in for two hours."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.web import rights
from idp.web.let_in import let_in
from idp.web.request_fields import text_field


def let_refused_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a two-hour pass to the agent of a refused sign-in, or to the agent named if the sign-in proved nobody."""
    if not request.user.has_perm(rights.LET_IN):
        raise PermissionDenied
    event = get_object_or_404(LoginEvent.objects.select_related("agent"), pk=pk, kind=Kind.REFUSED)
    named = text_field(request.POST, "email")
    agent = event.agent or Agent.objects.filter(email__iexact=named).first()
    if agent is None:
        messages.error(
            request, f"Nobody has the email {named}." if named else "Enter the email of the agent to let in."
        )
    else:
        let_in(request, agent, f"Refused sign-in {event.reference}")
    return HttpResponseRedirect(reverse("admin:audit_loginevent_change", args=[pk]))
