"""Keeps SQLite from using an index that, without statistics, it might choose although it hardly narrows."""

from typing import Any

from django.db.models import Func


class Unindexed(Func):
    """A column whose index SQLite does not use to search or sort. PostgreSQL decides by its statistics."""

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:  # noqa: ANN401 - as its base
        """Add the unary plus that keeps SQLite from using an index (https://www.sqlite.org/optoverview.html, 2.1)."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)
