"""URL patterns of an agent's pages, with the check of who may open them, and the way back."""

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


def page_url(name: str, at: str, page: Page, may: May, model_admin: "ModelAdmin[Agent]", *methods: str) -> URLPattern:
    """Return the URL pattern of a page about an agent. It takes an agent within reach, and `may`."""

    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        agent = get_object_or_404(reach.agents_for(request.user), pk=pk)
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        if not may(request, agent):
            raise PermissionDenied
        return page(request, agent)

    return path(f"<uuid:pk>/{at}/", model_admin.admin_site.admin_view(view), name=name)


def back(agent: Agent) -> HttpResponse:
    """Redirect to the agent's page."""
    return HttpResponseRedirect(reverse("admin:agents_agent_change", args=[agent.pk]))


def with_right(right: str, model_admin: "ModelAdmin[Agent]") -> May:
    """Return the check for a page that takes a right of its own and the right to see the agent."""
    return lambda request, agent: request.user.has_perm(right) and model_admin.has_view_permission(request, agent)
