"""Middleware for requests to the admin only.

Agents and programs need neither Django's sessions nor users nor messages, so their requests skip it. The path decides:
a page outside the admin's prefix finds no `request.user` and no `request.session`.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from idp.web.admin_paths import is_admin

Handler = Callable[[HttpRequest], HttpResponse]
ViewHook = Callable[..., HttpResponse | None]


class OperatorsChain:
    """Passes requests to the admin through `OPERATORS_MIDDLEWARE`, in order, as Django does with MIDDLEWARE."""

    def __init__(self, get_response: Handler) -> None:
        self._without_chain = get_response

    @cached_property
    def _chain(self) -> tuple[Handler, list[ViewHook]]:
        """The chain, and its members' `process_view`.

        Built at the first request, because its members import all admin pages.
        """
        handler, view_hooks = self._without_chain, list[ViewHook]()
        for name in reversed(settings.OPERATORS_MIDDLEWARE):
            member = import_string(name)(handler)
            if hasattr(member, "process_view"):
                view_hooks.insert(0, member.process_view)
            handler = cast("Handler", convert_exception_to_response(member))
        return handler, view_hooks

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer through the chain, or without it."""
        return self._chain[0](request) if is_admin(request) else self._without_chain(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Call each member's `process_view`, until one returns a response."""
        if not is_admin(request):
            return None
        answers = (hook(request, *view) for hook in self._chain[1])
        return next((it for it in answers if it is not None), None)
