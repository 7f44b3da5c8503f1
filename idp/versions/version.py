"""Which version of the configuration counts: asked of the database once in a request, or each time outside of one.

A request may also begin by the version that the process heard last (`presume`), and be told by a row that it asks for
anyway whether that one still counts. If it does not, all that was done by it is done again (`presumed`).

What a request was told it forgets with its end, so nothing stale outlives it. Nor do the threads know of it that go on
beside a request, with a copy of its context: they ask for themselves.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from threading import get_ident
from typing import Any

from django.apps import apps
from django.db.models import CharField, Func, QuerySet

from idp.sql.joined_texts import BETWEEN
from idp.sql.prepared import Select


class Part(IntEnum):
    """The parts of a version. A change draws its own anew, and waits for no change of another part."""

    CONFIGURATION = 1
    STOP = 2
    CUTOFF = 3
    PASSES = 4


ONE = 32
"""Characters of a part."""


def _values() -> QuerySet[Any]:
    version: Any = apps.get_model("versions", "Version")  # which is made of the parts here
    found: QuerySet[Any] = version.objects.order_by().values_list("value")
    return found


_ASK = Select(_values)


class Changed(Exception):
    """The version that a request presumed does not count any more: what was done by it means nothing."""


@dataclass(slots=True)
class _Told:
    """The thread of a request and the version that it goes by, which is `presumed` until the database has named one."""

    thread: int
    version: str = ""
    presumed: str = ""


_told: ContextVar[_Told | None] = ContextVar("told", default=None)
_latest = ""
"""What the database said last to any thread of this process."""


@contextmanager
def asked_once() -> Iterator[None]:
    """Remember within this block what the database said first."""
    before = _told.set(_Told(get_ident()))
    try:
        yield
    finally:
        _told.reset(before)


def presume() -> None:
    """Have the present request go by what the process heard last. It ends with `confirm`, before it has written."""
    told = _of_this_thread()
    if told is not None and not told.version:
        told.version = told.presumed = _latest


def confirm() -> None:
    """Make sure that what was presumed counts: ask, unless a row has said so. Raises Changed."""
    told = _of_this_thread()
    if told is not None and told.presumed:
        ask()


def remembered() -> str:
    """Return the version that the present request was told; empty if it has not asked yet, or there is no request."""
    told = _of_this_thread()
    return told.version if told is not None else ""


def ask() -> str:
    """Ask the database for the version, as the present transaction sees it; empty means: hold nothing.

    Raises Changed where another was presumed.
    """
    version = _of(value for (value,) in _ASK())
    _go_by(version)
    return version


class Present(Func):
    """The version that a query brings with its row, for `heard` and `heard_again`."""

    template = f"(SELECT %(function)s(value, '{BETWEEN}') FROM versions_version)"  # noqa: S608 - constants
    function, arity, output_field = "GROUP_CONCAT", 0, CharField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401 - as its base
        """Name the function as PostgreSQL does."""
        return self.as_sql(compiler, connection, function="STRING_AGG")


def heard(present: str | None) -> None:
    """Take a version that came with the first row of the present request, so that nobody has to ask."""
    if not remembered() and (version := _of((present or "").split(BETWEEN))):
        _go_by(version)


def heard_again(present: str | None) -> None:
    """Have the present request go on by the version that came with a row which it may have waited for.

    Whatever it looks at from now on is as it stood after the wait: a stop that came meanwhile counts. Raises Changed
    where another was presumed.
    """
    _go_by(_of((present or "").split(BETWEEN)))


def forget() -> None:
    """Have the present request ask again, as after a change of its own or after it had to wait."""
    told = _of_this_thread()
    if told is not None:
        told.version = ""


def _go_by(version: str) -> None:
    global _latest  # noqa: PLW0603 - swapped as one, and whatever stands there is confirmed by whoever takes it
    _latest = version
    told = _of_this_thread()
    if told is not None:
        presumed, told.version, told.presumed = told.presumed, version, ""
        if presumed not in ("", version):
            raise Changed


def _of_this_thread() -> _Told | None:
    told = _told.get()
    return told if told is not None and told.thread == get_ident() else None


def _of(parts: Iterable[str]) -> str:
    """Return the version of these parts, in whatever order they came; empty if one is missing or blank."""
    version = "".join(sorted(parts))
    return version if len(version) == ONE * len(Part) else ""
