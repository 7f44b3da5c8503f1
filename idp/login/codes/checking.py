"""A code is checked within the request that brought it: for some seconds at most, and by a few requests at once.

Whoever waits for Verify keeps a thread of the process, so some are left to phones that are signed in, however slow
Verify is. And as the SDK's limits count from one byte to the next, and looking a name up has none, all of it has one.
"""

import contextvars
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TypeVar

import structlog

from idp.login.codes import sending
from idp.login.errors import Busy
from idp.otp.gateway import CheckResult, CodeChecker, Failure

log = structlog.get_logger(__name__)
MAX_CONCURRENT = 5
"""Of the 8 threads of `gunicorn.conf.py`."""
DEADLINE = 12.0
"""Seconds for one check, and the look at what became of it where its answer got lost."""
ROOM_TIMEOUT = 0.25
"""Seconds for which a request waits until another has done with Verify."""
Said = TypeVar("Said")

_pool = ThreadPoolExecutor(MAX_CONCURRENT, thread_name_prefix="check")
_room = BoundedSemaphore(MAX_CONCURRENT)


class VerifyWithDeadline:
    """Verify, which says something or is taken for silent."""

    def __init__(self, gateway: CodeChecker) -> None:
        self._gateway = gateway
        self._asked: list[Future[object]] = []

    def check(self, *, sid: str, to: str, code: str) -> CheckResult:
        """Judge a code. Without a verdict in time it is UNKNOWN."""
        return self._ask(lambda: self._gateway.check(sid=sid, to=to, code=code), CheckResult.UNKNOWN)

    def probe(self) -> Failure | None:
        """Ask the service about itself."""
        silent: Failure | None = Failure.UNAVAILABLE
        return self._ask(self._gateway.probe, silent)

    def when_done(self, act: Callable[[], None]) -> None:
        """Have something done once nothing is asked any more, though nobody waits for the answer."""
        left = [it for it in self._asked if not it.done()]
        (left[-1].add_done_callback(lambda _: act())) if left else act()

    def _ask(self, act: Callable[[], Said], silent: Said) -> Said:
        future = _pool.submit(contextvars.copy_context().run, act)
        self._asked.append(future)  # type: ignore[arg-type]
        try:
            return future.result(DEADLINE)
        except futures.TimeoutError:
            log.warning("verify_silent", seconds=DEADLINE)
            return silent


@contextmanager
def with_deadline() -> Iterator[VerifyWithDeadline]:
    """Give what a request asks Verify by. Raises Busy, before anything is counted, if too many are asking."""
    if not _room.acquire(timeout=ROOM_TIMEOUT):
        raise Busy("as many as may wait for Verify do so already")
    asked = VerifyWithDeadline(sending.gateway())
    try:
        yield asked
    finally:
        asked.when_done(_room.release)
