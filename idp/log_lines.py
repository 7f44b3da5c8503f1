"""Writes log lines: JSON, with the reference of the request, and without personal data.

Our own lines name nobody. Other texts may: PostgreSQL quotes the existing value, a library the address that it called.
So texts that look personal are removed from error messages, and from all lines of the standard library's loggers.
"""

import json
import os
import re
import select
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import Any, TextIO, cast

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from idp import reference

PATIENCE = 1000
"""Milliseconds that the first line waits for a reader of the log that is behind; the next ones are lost at once."""
MOST_GATHERED = 20  # an import of a file may cause thousands of events
_gathered: ContextVar[tuple[int, list[dict[str, str]]] | None] = ContextVar("gathered", default=None)
"""The thread of a request, since other threads inherit a copy of its context, and the events in it."""

LONGEST = 2000
"""Characters that are written of a text from outside: a stranger may send a request line or a header of any length."""
_IN_EMAIL = "[^\\s@<>\"'(),=]"
PERSONAL = (
    (re.compile(r"\b(DETAIL|CONTEXT|HINT):.*", re.DOTALL), r"\1: …"),  # values of a row, as PostgreSQL quotes them
    (re.compile(r"eyJ[\w-]{5,}(\.[\w-]*)*"), "…"),  # a JWT
    # An email begins where a word does: to try each letter of a long word would take the square of its length.
    (re.compile(f"(?<!{_IN_EMAIL}){_IN_EMAIL}+@{_IN_EMAIL}+"), "…@…"),
    (re.compile(r"\+\d[\d ()-]{5,}\d|(?<![\w.-])\d{8,}(?![\w.-])"), "…"),  # phone numbers
    (re.compile(r"(?<!pid:)(?<!pid: )(?<![\w.-])\d{6}(?![\w.-])"), "…"),  # codes; gunicorn logs process IDs
    (re.compile(r"\?[^\s\"']+"), "?…"),  # the query of an address
)


def impersonal(text: str) -> str:
    """Return the beginning of a text, without personal data, codes and tokens."""
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def withhold(_: object, __: str, line: EventDict) -> EventDict:
    """Remove personal data, codes and tokens from the messages of an exception and its causes."""
    for exception in line.get("exception", ()):
        _withhold_in(exception)
    return line


def _withhold_in(exception: dict[str, Any]) -> None:
    exception["exc_value"] = impersonal(exception["exc_value"])
    exception["exc_notes"] = [impersonal(note) for note in exception.get("exc_notes") or ()]
    for group in exception.get("exceptions") or ():
        for inner in group:
            _withhold_in(inner)


class Lines:
    """The output of our own lines. If it accepts no more, lines are lost and requests go on.

    That is so on a full disk, and if whoever reads the log hangs: a pipe takes 64 kB, and then each write would wait.
    The trail records what happens to agents, and its lines cannot be lost. A later log line says how many are missing.
    `file` may be replaced while lines are written.
    """

    def __init__(self, file: TextIO) -> None:
        self.file, self._missing = file, 0

    def write(self, line: str) -> None:
        """Write a line, if possible."""
        notice = (
            f'{{"event": "log_lines_missing", "level": "error", "lines": {self._missing}}}\n' if self._missing else ""
        )
        try:
            self._wait_for_room()
            self.file.write(notice + line)
            self.file.flush()
            self._missing = 0
        except OSError:
            self._missing += 1

    def flush(self) -> None:
        """Do nothing, since each line is written at once."""

    def _wait_for_room(self) -> None:
        """Give a reader that is behind some time, once. Raises BlockingIOError if it reads nothing."""
        room = select.poll()
        room.register(self.file, select.POLLOUT)
        if not room.poll(0 if self._missing else PATIENCE):
            raise BlockingIOError


log = structlog.get_logger(__name__)
_NOWHERE = Path(os.devnull)
OURS = Lines(sys.stderr or _NOWHERE.open("w", encoding="utf-8"))


FACTORY = structlog.WriteLoggerFactory(file=cast("TextIO", OURS))  # it only calls write and flush


# Without local variables, which contain secrets.
_with_exception = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
_OFFSET = len("+00:00")
_written = json.JSONEncoder(default=repr).encode


def finish(logger: object, method: str, line: EventDict) -> str:
    """Render a line. One processor does all steps, since each costs structlog about as much as the writing."""
    if present := reference.present():
        line["reference"] = present
    line["level"] = method
    line["timestamp"] = f"{datetime.now(UTC).isoformat(timespec='microseconds')[:-_OFFSET]}Z"
    return _written(withhold(None, method, _with_exception(logger, method, line)) if "exc_info" in line else line)


class Gathered:
    """A block whose events are logged in the line of its request, because each line of their own would cost as much."""

    __slots__ = ("_before", "_lines")

    def __enter__(self) -> list[dict[str, str]]:
        """Return the list to which events are added."""
        self._lines: list[dict[str, str]] = []
        self._before = _gathered.set((get_ident(), self._lines))
        return self._lines

    def __exit__(self, *_: object) -> None:
        """End the collection."""
        _gathered.reset(self._before)


def happened(**what: str) -> None:
    """Log an event in the line of its request; in its own line outside requests, in other threads, or after a few."""
    thread, lines = _gathered.get() or (0, [])
    if thread == get_ident() and len(lines) < MOST_GATHERED:
        lines.append(what)
    else:
        log.info("event", **what)


def _said_by_others(logger: object, method: str, line: EventDict) -> str:
    return finish(logger, method, {**line, "event": impersonal(str(line["event"]))})


FORMATTERS = {
    "json": {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [structlog.stdlib.add_logger_name],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _said_by_others],
    }
}
"""For `logging.config.dictConfig`: gives the standard library's loggers the same format."""
