"""Durations of requests, by route and status. Counting needs no database.

Under gunicorn, each process counts in its own file, and the one that is scraped adds all of them up: `gunicorn.conf.py`
sets the folder before this module is imported. Otherwise there is one process, which counts in memory.

Several servers behind one name answer a monitor in turn. Each has series of its own, by its host name: in a series that
changed from one server's count to another's, each change would look like a restart.
"""

import os
import socket
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

from idp.web.admin_paths import PREFIX, is_admin
from idp.web.metrics import disk_space

log = structlog.get_logger(__name__)
STATIC = "/static/"
NOWHERE = "none"
"""The route of a request that reached no page, such as a wrong address, or one over the limit of requests."""
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_own = CollectorRegistry()
_took = Histogram(
    "latchkey_request_seconds",
    "Seconds that requests took.",
    ["server", "route", "status"],
    buckets=SECONDS,
    registry=_own,
)


def measure_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Measure each request. Not used unless the settings name a token for the metrics."""
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
    """Count a request, unless the disk is too full for a new route: no request fails because of a metric."""
    try:
        counts = _took_by(socket.gethostname(), way, hundreds)
    except OSError as error:
        log.warning("metrics_not_counted", detail=error.strerror)
    else:
        counts.observe(took)


@cache
def _took_by(server: str, way: str, hundreds: int) -> Histogram:
    """Return the histogram of a server, route and status.

    Cached, because the library's own lookup is slower. Raises OSError.
    """
    disk_space.reserve()
    return _took.labels(server, way, f"{hundreds}xx")


def route(request: HttpRequest) -> str:
    """Return the URL pattern that a request matched; its path may name a person.

    All pages of operators count as one route: they are many, and no customer waits for them.
    """
    if is_admin(request):
        return PREFIX
    return f"/{request.resolver_match.route}" if request.resolver_match else NOWHERE


def counted() -> CollectorRegistry:
    """Return what all processes have counted; nothing if somebody removed their folder, as a cleaner of /tmp may."""
    if (folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR")) is None:
        return _own
    together = CollectorRegistry()
    if Path(folder).is_dir():
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # untyped in the library
    else:
        log.error("metrics_not_counted", remedy="The folder of the counts is gone. Restart Latchkey.")
    return together
