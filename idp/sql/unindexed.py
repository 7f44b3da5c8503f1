"""Columns that SQLite is kept from finding rows by: without statistics it may take an index that hardly narrows."""

from typing import Any

from django.db.models import Func


class Unindexed(Func):
    """A column as it is, by which SQLite neither finds nor sorts. PostgreSQL judges by its statistics."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:  # noqa: ANN401 - as its base
        """Put the sign before it that keeps SQLite from an index (https://www.sqlite.org/optoverview.html, 2.1)."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)
