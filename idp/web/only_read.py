"""Addresses that programs read and never write, such as health checks and public keys."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

IN_TEXT = frozenset({"/healthz", "/readyz", "/metrics"})
"""Monitors read these. Their errors are sentences in plain text, which a monitor's log shows as they are."""
P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponse)


def only_read(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Answer anything but GET and HEAD with 405 and `Allow`, instead of the page of a form without its CSRF token."""
    return csrf_exempt(require_safe(view))
