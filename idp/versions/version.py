"""Which version of the configuration counts: asked of the database once in a request, or each time outside of one.

What a request was told it forgets with its end, so nothing stale outlives it. Nor do the threads know of it that go on
beside a request, with a copy of its context: they ask for themselves.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from threading import get_ident
from typing import Any

from django.apps import apps
from django.db.models import CharField, Func, QuerySet

from idp.prepared import Select
from idp.sql.together import BETWEEN


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
_told: ContextVar[tuple[int, list[str]] | None] = ContextVar("told", default=None)
"""The thread of the request, and what it was told."""


@contextmanager
def asked_once() -> Iterator[None]:
    """Remember within this block what the database said first."""
    before = _told.set((get_ident(), []))
    try:
        yield
    finally:
        _told.reset(before)


def remembered() -> str:
    """Return the version that the present request was told; empty if it has not asked yet, or there is no request."""
    told = _of_this_thread()
    return told[0] if told else ""


def ask() -> str:
    """Ask the database for the version, as the present transaction sees it; empty means: hold nothing."""
    version = _of(value for (value,) in _ASK())
    told = _of_this_thread()
    if told is not None:
        told[:] = [version] if version else []
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
    told = _of_this_thread()
    if told is not None and not told and (version := _of((present or "").split(BETWEEN))):
        told[:] = [version]


def heard_again(present: str | None) -> None:
    """Have the present request go on by the version that came with a row which it may have waited for.

    Whatever it looks at from now on is as it stood after the wait: a stop that came meanwhile counts.
    """
    told = _of_this_thread()
    if told is not None:
        version = _of((present or "").split(BETWEEN))
        told[:] = [version] if version else []


def forget() -> None:
    """Have the present request ask again, as after a change of its own or after it had to wait."""
    told = _of_this_thread()
    if told is not None:
        told.clear()


def _of_this_thread() -> list[str] | None:
    told = _told.get()
    return told[1] if told is not None and told[0] == get_ident() else None


def _of(parts: Iterable[str]) -> str:
    """Return the version of these parts, in whatever order they came; empty if one is missing or blank."""
    version = "".join(sorted(parts))
    return version if len(version) == ONE * len(Part) else ""
