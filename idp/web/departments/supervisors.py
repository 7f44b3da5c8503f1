"""What supervisors may do in the admin: their rights, the pages that are open to them, and the checks of both.

Both are lists of what is allowed. Everything else is refused.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import Http404, HttpRequest, HttpResponse

from idp.errors import IdpError
from idp.web import rights
from idp.web.departments import reach
from idp.web.error_views import refused

RIGHTS = frozenset(
    {
        rights.SEE_PEOPLE,
        rights.ADD_PEOPLE,
        rights.CHANGE_PEOPLE,
        "agents.view_device",
        rights.SIGN_OUT,
        rights.GIVE_CODES,
        rights.SEE_TRAIL,
    }
)
"""All rights of a supervisor, whatever their groups say. `reach` limits them to the supervisor's agents."""

FOR_EVERYBODY = frozenset({"login", "logout", "enter"})
"""Pages that anybody may open."""

OPEN = FOR_EVERYBODY | {
    "index",
    "app_list",
    "jsi18n",
    "own_sign_in",
    "password_change",
    "agents_agent_changelist",
    "agents_agent_add",
    "agents_agent_change",
    "agents_agent_history",
    "why_agent",
    "switch_agent",
    "sign_out_agent",
    "agent_timeline",
    "sign_in_link",
    "test_code",
    "import_agents",
    "import",
    "import_progress",
    "export_agents",
    "one_time_code",
    "revoke_one_time_code",
    "remove_recovery_codes",
    "remove_app",
    "remove_passkey",
    "remove_passkeys",
    "lift_pause",
    "agents_device_changelist",
    "agents_device_change",
    "agents_device_history",
    "sign_out_device",
    "audit_loginevent_changelist",
    "audit_loginevent_change",
    "audit_loginevent_history",
}
"""The admin's URL names that supervisors may open. Each page limits itself to `reach`."""


def is_open(operator: object, address: str) -> bool:
    """Whether an operator may open an admin page, as far as being a supervisor decides it."""
    return reach.limits_of(operator) is None or address in OPEN


class ForOperators(IdpError):
    """A supervisor requested a page that is not limited to departments."""

    code = "for_operators"
    status = 403
    sentence = "This page is only for operators."
    advice = "You look after the agents of your departments. If you need this page, ask an operator."


class Barred(IdpError):
    """A barred supervisor requested a page of the admin."""

    code = "barred"
    status = 403
    sentence = "You are not a supervisor here at present."
    advice = "An operator has switched your access off. Ask them if you think this is a mistake."


class Rights(ModelBackend):
    """Django's authentication backend, except that a supervisor's rights are `RIGHTS` alone."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:  # noqa: ANN401 - as its base says
        """Return an operator's own and groups' rights, or those of a supervisor."""
        limits = reach.limits_of(user_obj)
        if limits is None:
            return super().get_all_permissions(user_obj, obj)
        return set() if obj is not None or limits.barred or not user_obj.is_active else set(RIGHTS)


class LimitsSupervisors:
    """Limits supervisors to the pages in `OPEN`, and barred ones to `FOR_EVERYBODY`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on: its URL name is known only in `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse a page that is not open. A URL without a name answers 404, as for everybody."""
        match = request.resolver_match
        if match is None or match.namespace != "admin" or match.url_name in FOR_EVERYBODY:
            return None
        limits = reach.limits_of(request.user)
        if limits is None or (match.url_name in OPEN and not limits.barred):
            return None
        if limits.barred:
            return refused(request, Barred(f"supervisor {limits.pk}"))
        if match.url_name is None:
            raise Http404
        return refused(request, ForOperators(match.url_name))
