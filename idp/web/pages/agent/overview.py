"""The part above an agent's form: whether they can sign in, their devices, and their other factors."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.otp import notices
from idp.saml import name_ids
from idp.web import rights
from idp.web.departments import reach
from idp.web.pages.agent import device_cards, factors, name_id, timeline, why
from idp.web.sign_out import FLEX_STAYS_OPEN

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


def page_context(request: HttpRequest, model_admin: "ModelAdmin[Agent]", agent: Agent) -> dict[str, Any]:
    """Return the context of the page, in a fixed number of queries."""
    now = clock.now()
    may_sign_out = request.user.has_perm(rights.SIGN_OUT)
    judged, first_closed = why.judge_usual(request, agent, now)
    return {
        "judged": judged,
        "first_closed": first_closed,
        "days": timeline.days(agent, timeline.MOST_RECENT) if request.user.has_perm(rights.SEE_TRAIL) else None,
        "may_change_name": request.user.has_perm(name_id.MAY_CHOOSE) and name_ids.is_fixed(agent),
        "cards": device_cards.cards_of(agent, now),
        "may_sign_out": may_sign_out and reach.may_sign_out(request.user, agent),
        "sign_out_refused": reach.BY_SUPERUSERS if may_sign_out else "",
        "may_change_agent": model_admin.has_change_permission(request, agent),
        "flex_stays_open": FLEX_STAYS_OPEN,
        "factors": factors.factors_of(request, model_admin, agent, now),
        "notices_are_on": notices.are_on(),
    }
