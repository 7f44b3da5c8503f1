"""The home page of operators who are not supervisors."""

from typing import Any

from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.web import rights
from idp.web.home import alerts, checklist, dashboard, facts


def parts(request: HttpRequest, operator: Agent) -> dict[str, Any]:
    """Return the context of the page. The dashboard takes the right to see the trail."""
    found = facts.gather(request, operator, clock.now())
    may_see = operator.has_perm(rights.SEE_TRAIL)
    return {
        "may_find": operator.has_perm(rights.SEE_PEOPLE),
        "checklist": checklist.make_checklist(found, operator),
        "alerts": alerts.find_alerts(found, operator),
        "dashboard": dashboard.read_dashboard(found, request.GET) if may_see else None,
        "may_see_costs": may_see and operator.has_perm(rights.SEE_COSTS),
    }
