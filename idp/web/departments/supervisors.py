"""What supervisors may do in the admin: their rights, the addresses that are open to them, and the guard of both.

Both lists name what is open. What nobody thought of is closed.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import Http404, HttpRequest, HttpResponse

from idp.errors import IdpError
from idp.web.departments import reach
from idp.web.views import refused

RIGHTS = frozenset(
    {
        "agents.view_agent",
        "agents.add_agent",
        "agents.change_agent",
        "agents.view_device",
        "agents.change_device",
        "otp.give_one_time_code",
        "audit.view_loginevent",
    }
)
"""All that a supervisor may, whatever groups say. Whom it is done to is said by `reach`."""

DOORS = frozenset({"login", "logout", "enter"})
"""Open to whoever comes."""

OPEN = DOORS | {
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
"""The addresses of the admin, by name, that supervisors may open. Each keeps to `reach` by itself."""


def is_open(operator: object, address: str) -> bool:
    """Whether an operator may open an address of the admin, as far as departments go."""
    return reach.limits_of(operator) is None or address in OPEN


class ForOperators(IdpError):
    """A supervisor asked for a page that is about more than their departments."""

    code = "for_operators"
    status = 403
    sentence = "This page is for operators who look after the whole place."
    advice = "You look after the people of your departments. If you need this page, ask an operator."


class Barred(IdpError):
    """A supervisor who was barred came to the admin."""

    code = "barred"
    status = 403
    sentence = "You do not look after people here at present."
    advice = "An operator has switched that off. Ask them if you think that this is a mistake."


class Rights(ModelBackend):
    """Passwords as Django checks them; the rights of a supervisor are those above and no others."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:  # noqa: ANN401 - as its base says
        """Return the rights of an operator, by groups or one by one, or those of every supervisor."""
        limits = reach.limits_of(user_obj)
        if limits is None:
            return super().get_all_permissions(user_obj, obj)
        return set() if obj is not None or limits.barred or not user_obj.is_active else set(RIGHTS)


class OpenAddresses:
    """Keeps supervisors to the addresses that are open to them, and barred ones to the door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the address is known only once it was resolved."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse what is not open. An address without a name leads nowhere, as for everybody."""
        match = request.resolver_match
        if match is None or match.namespace != "admin" or match.url_name in DOORS:
            return None
        limits = reach.limits_of(request.user)
        if limits is None or (match.url_name in OPEN and not limits.barred):
            return None
        if limits.barred:
            return refused(request, Barred(f"supervisor {limits.pk}"))
        if match.url_name is None:
            raise Http404
        return refused(request, ForOperators(match.url_name))
