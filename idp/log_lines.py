"""How a line of the log is written: JSON, with the reference of its request, and without what names a person.

Our own lines name nobody. What others say may: PostgreSQL tells the value that is there already, a library the address
that it asked. So the words of an error, and all that the standard library's loggers say, lose what looks personal.
"""

import json
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from threading import get_ident
from typing import Any, TextIO, cast

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from idp import reference

MOST_GATHERED = 20  # a file of people may be thousands of events
_gathered: ContextVar[tuple[int, list[dict[str, str]]] | None] = ContextVar("gathered", default=None)
"""The thread of a request, since those beside it go on with a copy of its context; and what happened in it."""

PERSONAL = (
    (re.compile(r"\b(DETAIL|CONTEXT|HINT):.*", re.DOTALL), r"\1: …"),  # values of a row, as PostgreSQL tells them
    (re.compile(r"eyJ[\w-]{5,}(\.[\w-]*)*"), "…"),  # a JWT
    (re.compile(r"[^\s@<>\"'(=,]+@[^\s@<>\"'),]+"), "…@…"),
    (re.compile(r"\+\d[\d ()-]{5,}\d|(?<![\w.-])\d{8,}(?![\w.-])"), "…"),  # numbers of phones
    (re.compile(r"(?<!pid:)(?<!pid: )(?<![\w.-])\d{6}(?![\w.-])"), "…"),  # codes; gunicorn tells of processes
    (re.compile(r"\?[^\s\"']+"), "?…"),  # the query of an address
)


def impersonal(text: str) -> str:
    """Leave out what names somebody or opens something."""
    for pattern, instead in PERSONAL:
        text = pattern.sub(instead, text)
    return text


def withhold(_: object, __: str, line: EventDict) -> EventDict:
    """Leave it out of the words of errors, and of the errors that caused them."""
    for told in line.get("exception", ()):
        _withhold_in(told)
    return line


def _withhold_in(told: dict[str, Any]) -> None:
    told["exc_value"] = impersonal(told["exc_value"])
    told["exc_notes"] = [impersonal(note) for note in told.get("exc_notes") or ()]
    for group in told.get("exceptions") or ():
        for inner in group:
            _withhold_in(inner)


class Lines:
    """Where our own lines are written. A log that takes nothing more, as on a full disk, costs lines and no answer.

    What happened to an agent stands in the trail, with which an answer is made or not at all. How many lines may
    be missing is told in the log, once it takes some again. `file` may be exchanged while lines are written.
    """

    def __init__(self, file: TextIO) -> None:
        self.file, self._missing = file, 0

    def write(self, line: str) -> None:
        """Write a line, if that can be."""
        told = (
            f'{{"event": "log_lines_missing", "level": "error", "lines": {self._missing}}}\n' if self._missing else ""
        )
        try:
            self.file.write(told + line)
            self.file.flush()
            self._missing = 0
        except OSError:
            self._missing += 1

    def flush(self) -> None:
        """Do nothing more: each line was written at once."""


log = structlog.get_logger(__name__)
OURS = Lines(sys.stderr)


FACTORY = structlog.WriteLoggerFactory(file=cast("TextIO", OURS))  # of a file it asks no more than to write and flush


# Without locals, which hold secrets.
_with_exception = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
_OFFSET = len("+00:00")
_written = json.JSONEncoder(default=repr).encode


def finish(logger: object, method: str, line: EventDict) -> str:
    """Write a line down whole. In one step, since each that structlog takes costs about as much as the writing."""
    if present := reference.present():
        line["reference"] = present
    line["level"] = method
    line["timestamp"] = f"{datetime.now(UTC).isoformat(timespec='microseconds')[:-_OFFSET]}Z"
    return _written(withhold(None, method, _with_exception(logger, method, line)) if "exc_info" in line else line)


class Gathered:
    """A block in which what happens goes into the line of its request: a line costs as much as what it tells of."""

    __slots__ = ("_before", "_lines")

    def __enter__(self) -> list[dict[str, str]]:
        """Return what will have happened."""
        self._lines: list[dict[str, str]] = []
        self._before = _gathered.set((get_ident(), self._lines))
        return self._lines

    def __exit__(self, *_: object) -> None:
        """Gather nothing more."""
        _gathered.reset(self._before)


def happened(**what: str) -> None:
    """Tell what happened by the line of the present request; by one of its own outside, beside, or beyond a few."""
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
"""For `logging.config.dictConfig`: the standard library's loggers write lines of the same kind."""
