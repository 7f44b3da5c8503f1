"""Joins the texts of many rows into one column, so that one query reads a row and what belongs to it."""

from typing import Any

from django.db.models import Aggregate, CharField

BETWEEN = "\x1f"
"""Information separator one (ISO 646), which neither a role nor XML can contain."""


class Together(Aggregate):
    """The texts of a group of rows, joined; null if there are no rows."""

    function, output_field = "GROUP_CONCAT", CharField()
    template = f"%(function)s(%(expressions)s, '{BETWEEN}')"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401 - as its base
        """Use PostgreSQL's name for the function."""
        return self.as_sql(compiler, connection, function="STRING_AGG")


def apart(texts: str | None) -> frozenset[str]:
    """Return the texts that were joined."""
    return frozenset(texts.split(BETWEEN)) if texts is not None else frozenset()
