"""Checks a code with Verify within the request that brings it, with a deadline and a limit on concurrency.

A request that waits for Verify occupies a thread. The limit leaves threads free for phones that are signed in, however
slow Verify is. The timeouts of Twilio's SDK start again with each byte and do not cover name resolution, so the
deadline covers the whole call.
"""

import contextvars
from collections.abc import Callable, Collection, Iterator
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
"""Checks at a time in one process, out of the 8 threads that `gunicorn.conf.py` sets."""
DEADLINE = 12.0
"""Seconds for one check, including the query for its result if the answer is lost."""
ROOM_TIMEOUT = 0.25
"""Seconds that a request waits for another check to finish."""
Result = TypeVar("Result")

_pool = ThreadPoolExecutor(MAX_CONCURRENT, thread_name_prefix="check")
_room = BoundedSemaphore(MAX_CONCURRENT)


class VerifyWithDeadline:
    """Verify, whose silence counts as an answer once the deadline has passed."""

    def __init__(self, gateway: CodeChecker) -> None:
        self._gateway = gateway
        self._calls: list[Future[object]] = []

    def check(self, *, sid: str, to: str, code: str, tests: Collection[str] = ()) -> CheckResult:
        """Check a code. Returns UNKNOWN if there is no answer in time."""
        return self._call(lambda: self._gateway.check(sid=sid, to=to, code=code, tests=tests), CheckResult.UNKNOWN)

    def probe(self) -> Failure | None:
        """Ask Verify whether it works. Returns UNAVAILABLE if there is no answer in time."""
        silent: Failure | None = Failure.UNAVAILABLE
        return self._call(self._gateway.probe, silent)

    def when_done(self, act: Callable[[], None]) -> None:
        """Call `act` once no call to Verify is in progress, including those that were abandoned."""
        left = [it for it in self._calls if not it.done()]
        (left[-1].add_done_callback(lambda _: act())) if left else act()

    def _call(self, act: Callable[[], Result], silent: Result) -> Result:
        future = _pool.submit(contextvars.copy_context().run, act)
        self._calls.append(future)  # type: ignore[arg-type]
        try:
            return future.result(DEADLINE)
        except futures.TimeoutError:
            log.warning("verify_silent", seconds=DEADLINE)
            return silent


@contextmanager
def with_deadline() -> Iterator[VerifyWithDeadline]:
    """Yield Verify for one request. Raises Busy, before any try is counted, if too many requests wait for Verify."""
    if not _room.acquire(timeout=ROOM_TIMEOUT):
        raise Busy("as many as may wait for Verify do so already")
    verify = VerifyWithDeadline(sending.gateway())
    try:
        yield verify
    finally:
        verify.when_done(_room.release)
