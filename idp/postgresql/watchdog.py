"""Ends connections to a server that accepts them and does not answer: a hung disk, a stopped process.

Such a server's kernel still acknowledges what it receives, so TCP notices nothing (`DEAD_AFTER` in the settings is for
a server that is gone). In each serving process a thread checks once a second which connections wait. It ends those that
have waited too long for one statement, and their requests fail as busy. A wait for a lock ends sooner, after 5 s.
Results that are read in parts, such as exports, and background work may take longer.
"""

import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import psycopg
import structlog

log = structlog.get_logger(__name__)
LONGEST = 7.0
"""Seconds that one statement may take while someone waits for it."""
PAUSE = 1.0
"""Seconds between two checks."""
Waiting = tuple[Any, int]
"""A psycopg connection that waits for an answer, and the number of its statement."""


class Watchdog:
    """Ends connections that wait for one statement longer than `LONGEST`. `waiting` returns those that wait now."""

    def __init__(self, waiting: Callable[[], Iterable[Waiting]]) -> None:
        self._waiting = waiting
        self._since: dict[Waiting, float] = {}
        self.stopped = Event()

    def start(self) -> "Watchdog":
        """Start a thread that checks once a second until `stopped` is set."""
        Thread(target=self._run, name="watchdog", daemon=True).start()
        return self

    def check(self, now: float) -> None:
        """Check once. `now` is from the monotonic clock, in seconds."""
        self._since = {it: self._since.get(it, now) for it in self._waiting()}
        for (connection, _), since in self._since.items():
            if now - since >= LONGEST:
                log.error("database_silent", seconds=round(now - since))
                _end(connection)

    def _run(self) -> None:
        while not self.stopped.wait(PAUSE):
            self.check(time.monotonic())


def _end(connection: Any) -> None:  # noqa: ANN401 - psycopg's
    """End a connection without telling the server. The thread that waits for it gets an error."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as its:
        its.shutdown(socket.SHUT_RDWR)
