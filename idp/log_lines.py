"""How a line of the log is written: JSON, with the reference of its request, and without what names a person.

Our own lines name nobody. What others say may: PostgreSQL tells the value that is there already, a library the address
that it asked. So the words of an error, and all that the standard library's loggers say, lose what looks personal.
"""

import re
from typing import Any, TextIO, cast

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor

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
    """Leave it out of the words of errors, also of those that an error came of."""
    for told in line.get("exception", ()):
        _withhold_in(told)
    return line


def _withhold_in(told: dict[str, Any]) -> None:
    told["exc_value"] = impersonal(told["exc_value"])
    told["exc_notes"] = [impersonal(note) for note in told.get("exc_notes") or ()]
    for group in told.get("exceptions") or ():
        for inner in group:
            _withhold_in(inner)


def _said_by_others(_: object, __: str, line: EventDict) -> EventDict:
    return {**line, "event": impersonal(str(line["event"]))}


class Lines:
    """Where our own lines are written. A log that takes nothing more, as on a full disk, costs lines and no answer.

    What happened to an agent stands in the trail, with which an answer is made or not at all. How many lines may
    be missing is told in the log, once it takes some again.
    """

    def __init__(self, file: TextIO) -> None:
        self._file, self._missing = file, 0

    def write(self, line: str) -> None:
        """Write a line, if that can be."""
        told = (
            f'{{"event": "log_lines_missing", "level": "error", "lines": {self._missing}}}\n' if self._missing else ""
        )
        try:
            self._file.write(told + line)
            self._file.flush()
            self._missing = 0
        except OSError:
            self._missing += 1

    def flush(self) -> None:
        """Do nothing more: each line was written at once."""


def lines_of(file: TextIO) -> TextIO:
    """Return what structlog may take for that file: it writes and flushes, and asks nothing else of it."""
    return cast("TextIO", Lines(file))


BEGINNING: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
ENDING: tuple[Processor, ...] = (
    structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),  # locals hold secrets
    withhold,
    structlog.processors.JSONRenderer(),
)
FORMATTERS = {
    "json": {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*BEGINNING, structlog.stdlib.add_logger_name],
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _said_by_others, *ENDING],
    }
}
"""For `logging.config.dictConfig`: the standard library's loggers write lines of the same kind."""
