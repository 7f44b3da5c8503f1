"""Who may open the pages of an agent, and by which buttons one comes back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from idp.agents.models import Agent
from idp.web.departments import reach

Page = Callable[[HttpRequest, Agent], HttpResponse]
May = Callable[[HttpRequest, Agent], bool]


def address(name: str, at: str, page: Page, may: May, model_admin: "ModelAdmin[Agent]", *methods: str) -> URLPattern:
    """Return the address of a page about one agent: for whoever looks after that agent, and may."""

    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        agent = get_object_or_404(reach.agents_for(request.user), pk=pk)
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        if not may(request, agent):
            raise PermissionDenied
        return page(request, agent)

    return path(f"<uuid:pk>/{at}/", model_admin.admin_site.admin_view(view), name=name)


def back(agent: Agent) -> HttpResponse:
    """Lead back to the agent's page."""
    return HttpResponseRedirect(reverse("admin:agents_agent_change", args=[agent.pk]))


def with_right(right: str, model_admin: "ModelAdmin[Agent]") -> May:
    """Return who may do what takes a right of its own, for agents whom they may see."""
    return lambda request, agent: request.user.has_perm(right) and model_admin.has_view_permission(request, agent)
