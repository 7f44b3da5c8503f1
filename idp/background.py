"""Work in threads of this process, for which no request has to wait."""

import contextvars
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import structlog
from django.db import close_old_connections, connections, transaction

log = structlog.get_logger(__name__)
PATIENCE: Final = 0.3
"""Seconds that a page waits for upkeep. That suffices to count a night, but not a month of many sign-ins."""

_all: Final[list["Background"]] = []


class Background:
    """One kind of work, in up to `threads` threads. It logs with the reference of the request that began it.

    An exception does not reach that request. It is logged as `name` with `_failed`.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._under_way: set[Future[None]] = set()
        _all.append(self)

    def begin(self, work: Callable[[], object]) -> None:
        """Have some work done. What it reads must be committed."""
        future = self._pool.submit(contextvars.copy_context().run, self._run, work)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return all(it.done() for it in list(self._under_way))

    def settle(self, seconds: float | None = None) -> None:
        """Wait until what is under way has ended, at most for some seconds."""
        futures.wait(list(self._under_way), timeout=seconds)

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            log.exception(f"{self._name}_failed")
        finally:
            close_old_connections()


class Upkeep:
    """One kind of work for which nobody asked, such as counting: one run at a time, and always all that is due."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        self._background, self._work = Background(name, 1), work

    def dispatch(self, patience: float = 0) -> None:
        """Have the work done once the transaction is committed, and wait for it at most `patience` seconds."""
        if transaction.get_connection().in_atomic_block:
            transaction.on_commit(lambda: self._begin(patience))
        else:  # `on_commit` would connect, and `/metrics` could not say that the database is away
            self._begin(patience)

    def _begin(self, patience: float) -> None:
        if self._background.is_idle:
            self._background.begin(self._run)
        if patience:
            self._background.settle(patience)

    def _run(self) -> None:
        connections["default"].people_wait = False  # type: ignore[attr-defined] # of both our backends
        self._work()


def settle() -> None:
    """Wait until all work under way in this process has ended."""
    for it in _all:
        it.settle()
