"""What a request to the admin passes before its page, and no other request does.

Agents and programs have nothing that Django's sessions, users and messages could read; their requests go straight on.
Where a page is mounted decides: whatever stands below the admin's prefix is inside, and a page elsewhere that asks for
`request.user` or `request.session` finds nothing there.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

PREFIX = "/admin/"
Handler = Callable[[HttpRequest], HttpResponse]
Look = Callable[..., HttpResponse | None]


class OperatorsChain:
    """Leads what is asked of the admin through `OPERATORS_MIDDLEWARE`, from its first to its last, as Django would."""

    def __init__(self, get_response: Handler) -> None:
        self._straight_on = get_response

    @cached_property
    def _chain(self) -> tuple[Handler, list[Look]]:
        """The way through all of them, and those who want to look at views; its members read all pages of operators."""
        through_all, looking_at_views = self._straight_on, list[Look]()
        for named in reversed(settings.OPERATORS_MIDDLEWARE):
            each = import_string(named)(through_all)
            if hasattr(each, "process_view"):
                looking_at_views.insert(0, each.process_view)
            through_all = cast("Handler", convert_exception_to_response(each))
        return through_all, looking_at_views

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer by one way or the other."""
        return self._chain[0](request) if is_for_operators(request) else self._straight_on(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Have those look at the view who want to, until one answers in its place."""
        if not is_for_operators(request):
            return None
        answers = (look(request, *view) for look in self._chain[1])
        return next((it for it in answers if it is not None), None)


def is_for_operators(request: HttpRequest) -> bool:
    """Whether a request asks for something below the admin's prefix, by the path that the resolver goes by."""
    return request.path_info.startswith(PREFIX)
