"""No request waits for ever for a server that is there and says nothing: its disk hangs, or its process was stopped.

What is sent to such a server goes on being acknowledged, so nothing in TCP notices (`DEAD_AFTER` in the settings is for
one that is gone). A thread of each process that serves looks once a second which connections wait, and ends those that
have waited too long for one statement; whoever waits there reads that we are busy. A lock is waited for 5 s, in less.
What is read in parts, as exports are, and what is done in the background may take longer.
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
"""Seconds that one statement may take where people wait for it."""
PAUSE = 1.0
Waiting = tuple[Any, int]
"""A connection of psycopg's that waits for an answer, and which of its statements that is."""


class Patience:
    """Ends connections that wait for the same statement longer than `LONGEST`; `waiting` names those that wait now."""

    def __init__(self, waiting: Callable[[], Iterable[Waiting]]) -> None:
        self._waiting = waiting
        self._since: dict[Waiting, float] = {}
        self.ended = Event()

    def begin(self) -> "Patience":
        """Look from now on, in a thread of its own, until `ended` is set."""
        Thread(target=self._go_on, name="patience", daemon=True).start()
        return self

    def look(self, now: float) -> None:
        """Look once; `now` is of a clock that only grows."""
        self._since = {it: self._since.get(it, now) for it in self._waiting()}
        for (connection, _), since in self._since.items():
            if now - since >= LONGEST:
                log.error("database_silent", seconds=round(now - since))
                end(connection)

    def _go_on(self) -> None:
        while not self.ended.wait(PAUSE):
            self.look(time.monotonic())


def end(connection: Any) -> None:  # noqa: ANN401 - psycopg's
    """End a connection without a word to the other side; whoever waits for it finds it lost."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as its:
        its.shutdown(socket.SHUT_RDWR)
