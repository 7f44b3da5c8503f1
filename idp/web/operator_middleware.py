"""What a request to the admin passes before its page, and no other request does.

Agents and programs have nothing that Django's sessions, users and messages could read; their requests go straight on.
Where a page is mounted decides: whatever stands below the admin's prefix is inside, and a page elsewhere that asks for
`request.user` or `request.session` finds nothing there.
"""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

PREFIX = "/admin/"
Handler = Callable[[HttpRequest], HttpResponse]


class OperatorsChain:
    """Leads what is asked of the admin through `OPERATORS_MIDDLEWARE`, from its first to its last, as Django would."""

    def __init__(self, get_response: Handler) -> None:
        self._straight_on = self._through_all = get_response
        self._looking_at_views: list[Callable[..., HttpResponse | None]] = []
        for named in reversed(settings.OPERATORS_MIDDLEWARE):
            each = import_string(named)(self._through_all)
            if hasattr(each, "process_view"):
                self._looking_at_views.insert(0, each.process_view)
            self._through_all = cast("Handler", convert_exception_to_response(each))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer by one way or the other."""
        return self._through_all(request) if is_for_operators(request) else self._straight_on(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Have those look at the view who want to, until one answers in its place."""
        if not is_for_operators(request):
            return None
        answers = (look(request, *view) for look in self._looking_at_views)
        return next((it for it in answers if it is not None), None)


def is_for_operators(request: HttpRequest) -> bool:
    """Whether a request asks for something below the admin's prefix, by the path that the resolver goes by."""
    return request.path_info.startswith(PREFIX)
