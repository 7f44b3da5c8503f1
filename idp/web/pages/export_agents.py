"""The export of agents: a CSV file with the columns of an import."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from idp import clock
from idp.agents.models import Agent
from idp.importing.imports import Importer
from idp.login import request_facts
from idp.web import people_files, rights
from idp.web.departments import reach


def urls(site: AdminSite) -> list[URLPattern]:
    """Return the URL pattern of the button."""
    return [path("agents/agent/export/", site.admin_view(export), name="export_agents")]


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Export everybody that the operator looks after."""
    return as_csv(request)


def as_csv(request: HttpRequest, chosen: QuerySet[Agent] | None = None) -> HttpResponse:
    """Return a CSV file of all agents, or of those chosen. Raises PermissionDenied."""
    if not request.user.has_perm(rights.SEE_PEOPLE):
        raise PermissionDenied
    now = clock.now()
    content = "".join(people_files.export(importer_of(request), now, chosen))
    response = HttpResponse(content.encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="agents-{now:%Y-%m-%d}.csv"'
    return response


def importer_of(request: HttpRequest) -> Importer:
    """Return the operator, and the people they may import and export."""
    return people_files.importer(reach.operator_of(request), request_facts.origin_of(request))
