"""Hours by their number: whole hours since 1970, UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler

HOUR: Final = timedelta(hours=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class HourOf(Func):
    """The number of the hour of an instant, computed in the database."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:  # noqa: ANN401
        """Return the SQL of SQLite, which stores instants as text in UTC."""
        template = "(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / 3600)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:  # noqa: ANN401
        """Return the SQL of PostgreSQL."""
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / 3600)::integer"
        return self.as_sql(compiler, connection, template=template, **more)


def hour_of(at: datetime) -> int:
    """Return the number of the hour that contains an instant."""
    return (at - EPOCH) // HOUR


def begin_of(hour: int) -> datetime:
    """Return the first instant of an hour."""
    return EPOCH + hour * HOUR


def stretches(hours: Iterable[int]) -> list[range]:
    """Join consecutive hours into ranges."""
    found: list[range] = []
    for it in sorted(hours):
        if found and found[-1].stop == it:
            found[-1] = range(found[-1].start, it + 1)
        else:
            found.append(range(it, it + 1))
    return found
