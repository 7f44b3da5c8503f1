"""The current version of the configuration. A request asks for it once; other code asks each time.

A request may also begin with the version that the process saw last (`assume_last_known`), and learn from a row that it
reads anyway whether that is current. If not, it starts again (`saml.optimistic`).

A request's version ends with the request, so nothing stale outlives it. Threads that run next to a request with a copy
of its context do not share it: they ask for themselves.
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
    """The parts of a version. A change replaces the value of its own part, and does not wait for changes of others."""

    CONFIGURATION = 1
    STOP = 2
    CUTOFF = 3
    PASSES = 4


PART_LENGTH = 32
"""The length of a part in characters."""


def _values() -> QuerySet[Any]:
    version: Any = apps.get_model("versions", "Version")  # imported late: that module imports this one
    found: QuerySet[Any] = version.objects.order_by().values_list("value")
    return found


_ASK = Select(_values)


class Changed(Exception):
    """The version that a request assumed is not current. What was done with it must be discarded."""


@dataclass(slots=True)
class _Pinned:
    """The thread of a request and its version, which is `assumed` until the database has confirmed it."""

    thread: int
    version: str = ""
    assumed: str = ""


_pinned: ContextVar[_Pinned | None] = ContextVar("pinned_version", default=None)
_latest = ""
"""The version that any thread of this process saw last."""


@contextmanager
def pinned() -> Iterator[None]:
    """Within this block, remember the first version that the database returns."""
    before = _pinned.set(_Pinned(get_ident()))
    try:
        yield
    finally:
        _pinned.reset(before)


def assume_last_known() -> None:
    """Use the version that the process saw last. The request must call `confirm` before it writes."""
    own = _of_this_thread()
    if own is not None and not own.version:
        own.version = own.assumed = _latest


def confirm() -> None:
    """Query the version, unless a row has confirmed it. Raises Changed."""
    own = _of_this_thread()
    if own is not None and own.assumed:
        ask()


def of_request() -> str:
    """Return the request's version; "" if it has not asked yet, or there is no request."""
    own = _of_this_thread()
    return own.version if own is not None else ""


def ask() -> str:
    """Query the version, as the current transaction sees it. "" means: cache nothing.

    Raises Changed if another one was assumed.
    """
    version = _of(value for (value,) in _ASK())
    _go_by(version)
    return version


class Present(Func):
    """The version as an expression of a query, to be passed to `take_first` or `take_after_lock`."""

    template = f"(SELECT %(function)s(value, '{BETWEEN}') FROM versions_version)"  # noqa: S608 - constants
    function, arity, output_field = "GROUP_CONCAT", 0, CharField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401 - as its base
        """Name the function as PostgreSQL does."""
        return self.as_sql(compiler, connection, function="STRING_AGG")


def take_first(present: str | None) -> None:
    """Use a version that came with the request's first row, so that no query is needed."""
    if not of_request() and (version := _of((present or "").split(BETWEEN))):
        _go_by(version)


def take_after_lock(present: str | None) -> None:
    """Continue with the version that came with a row for which the request may have waited.

    From now on the request sees the configuration as it is after the wait, including a stop that came meanwhile. Raises
    Changed if another version was assumed.
    """
    _go_by(_of((present or "").split(BETWEEN)))


def unpin() -> None:
    """Make the request ask again, as after a change of its own or after waiting for a lock."""
    own = _of_this_thread()
    if own is not None:
        own.version = ""


def _go_by(version: str) -> None:
    global _latest  # noqa: PLW0603 - swapped as one, and whatever stands there is confirmed by whoever takes it
    _latest = version
    own = _of_this_thread()
    if own is not None:
        assumed, own.version, own.assumed = own.assumed, version, ""
        if assumed not in ("", version):
            raise Changed


def _of_this_thread() -> _Pinned | None:
    own = _pinned.get()
    return own if own is not None and own.thread == get_ident() else None


def _of(parts: Iterable[str]) -> str:
    """Return the version made of these parts, in any order; "" if one is missing or blank."""
    version = "".join(sorted(parts))
    return version if len(version) == PART_LENGTH * len(Part) else ""
