"""How long requests took, by the route they went and how they ended. Counting asks no database.

Under gunicorn each process counts in a file of its own, and whichever is asked adds all of them up: `gunicorn.conf.py`
names the folder before this is imported. Elsewhere there is one process, and it counts in its memory.
"""

import os
import time
from collections.abc import Callable
from functools import cache

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from idp.web.metrics import disk_space
from idp.web.operators.middleware import PREFIX, is_for_operators

log = structlog.get_logger(__name__)
STATIC = "/static/"
NOWHERE = "none"
"""Stands for a request that came to no page of ours, such as a wrong address or one that asked too often."""
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_own = CollectorRegistry()
_took = Histogram(
    "latchkey_request_seconds",
    "Seconds that requests took.",
    ["route", "status"],
    buckets=SECONDS,
    registry=_own,
)


def timed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note of each request how long it took, where somebody may ask for that."""
    if not settings.LATCHKEY.metrics_token.get_secret_value():
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = get_response(request)
        if not request.path.startswith(STATIC):
            _count(route(request), response.status_code // 100, time.monotonic() - begun)
        return response

    return middleware


def _count(way: str, hundreds: int, took: float) -> None:
    """Count a request, unless the disk is too full to begin with its kind: nobody is kept out for a figure."""
    try:
        counts = _took_by(way, hundreds)
    except OSError as error:
        log.warning("metrics_not_counted", detail=error.strerror)
    else:
        counts.observe(took)


@cache
def _took_by(way: str, hundreds: int) -> Histogram:
    """Return what counts this kind of request; the library keeps each too, and finds it more slowly. Raises OSError."""
    disk_space.take()
    return _took.labels(way, f"{hundreds}xx")


def route(request: HttpRequest) -> str:
    """Name the line of `urls` that a request went by: what stands in an address itself may name a person.

    All pages of operators are one: they are many, and nobody waits for them in front of a customer.
    """
    if is_for_operators(request):
        return PREFIX
    return f"/{request.resolver_match.route}" if request.resolver_match else NOWHERE


def counted() -> CollectorRegistry:
    """Return what all processes counted so far."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _own
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library leaves it without types
    return together
