"""Joins the texts of many rows into one column, so that one query reads a row and what belongs to it."""

from typing import Any

from django.db.models import Aggregate, CharField

BETWEEN = "\x1f"
"""Information separator one (ISO 646), which neither a role nor anything in XML can hold."""


class Together(Aggregate):
    """A text of each row, all in one; null where there is no row."""

    function, output_field = "GROUP_CONCAT", CharField()
    template = f"%(function)s(%(expressions)s, '{BETWEEN}')"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401 - as its base
        """Name the function as PostgreSQL does."""
        return self.as_sql(compiler, connection, function="STRING_AGG")


def apart(texts: str | None) -> frozenset[str]:
    """Return the texts that were put together."""
    return frozenset(texts.split(BETWEEN)) if texts is not None else frozenset()
