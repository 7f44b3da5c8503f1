"""Counting what the trail has not been counted of, beside the request of whoever looks at the figures."""

import contextvars
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from django.db import connections, transaction

from idp import clock
from idp.audit import hourly

log = structlog.get_logger(__name__)
PATIENCE = 0.3
"""Seconds for which a look waits; an hour or a night is counted by then, a month of a busy place is not."""

_pool = ThreadPoolExecutor(1, thread_name_prefix="hourly")
_under_way: set["Future[int]"] = set()


def dispatch() -> None:
    """Have the hours counted that are left, and wait for it a moment."""
    transaction.on_commit(_begin)


def settle() -> None:
    """Wait until all counting under way has come to its end."""
    futures.wait(list(_under_way))


def _begin() -> None:
    if not _under_way:
        future = _pool.submit(contextvars.copy_context().run, _run)
        _under_way.add(future)
        future.add_done_callback(_ended)
    futures.wait(list(_under_way), timeout=PATIENCE)


def _run() -> int:
    try:
        return hourly.keep_all(clock.now())
    finally:
        connections.close_all()


def _ended(future: "Future[int]") -> None:
    """Forget a run that is over; a fault in it must not pass unseen, and is none of the page's."""
    _under_way.discard(future)
    if (fault := future.exception()) is not None:
        log.error("hourly_counts_failed", exc_info=fault)
