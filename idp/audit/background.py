"""Work that a request triggers, done in a background thread after that request has committed."""

import contextvars
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import structlog
from django.db import close_old_connections, connections, transaction

from idp import clock
from idp.audit.chain.sealing import seal_some
from idp.audit.statistics.hourly import count_all

log = structlog.get_logger(__name__)
PATIENCE: Final = 0.3
"""Seconds that a page waits for the work. That suffices to count a night, but not a month of many sign-ins."""

_all: Final[list["Background"]] = []


class Background:
    """One kind of work, in one thread of this process, one run at a time. An exception does not fail the request."""

    def __init__(self, name: str, work: Callable[[], int]) -> None:
        self._name, self._work = name, work
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._under_way: set[Future[int]] = set()
        _all.append(self)

    def dispatch(self, patience: float = 0) -> None:
        """Have the work done once the transaction is committed, and wait for it at most `patience` seconds."""
        transaction.on_commit(lambda: self._begin(patience))

    def settle(self) -> None:
        """Wait until the runs under way have ended."""
        futures.wait(list(self._under_way))

    def _begin(self, patience: float) -> None:
        if not self._under_way:
            future = self._pool.submit(contextvars.copy_context().run, self._run)
            self._under_way.add(future)
            future.add_done_callback(self._ended)
        if patience:
            futures.wait(list(self._under_way), timeout=patience)

    def _run(self) -> int:
        connections["default"].people_wait = False  # type: ignore[attr-defined] # of both our backends
        try:
            return self._work()
        finally:
            close_old_connections()

    def _ended(self, future: "Future[int]") -> None:
        """Forget a run that is over, and log its exception."""
        self._under_way.discard(future)
        if (fault := future.exception()) is not None:
            log.error(f"{self._name}_failed", exc_info=fault)


counting: Final = Background("hourly_counts", lambda: count_all(clock.now()))
"""Counts lines of the trail that are not counted yet, when somebody looks at the figures."""

sealing: Final = Background("sealing", lambda: seal_some(clock.now()))
"""Seals waiting lines of the trail, after a request of an operator or a monitor."""


def settle() -> None:
    """Wait until all work under way has ended."""
    for it in _all:
        it.settle()
