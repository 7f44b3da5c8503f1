"""Reads many rows, only a part of them in memory at a time."""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

PART = 2_000


def in_parts(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """Yield the rows of a query. Whoever iterates over them must not write meanwhile.

    In PostgreSQL the parts come from a cursor, which lives on one connection. A pooler that shares connections by
    transaction would give the next part another one, so all parts are read in one transaction. SQLite has no cursors,
    and its transaction would keep all who write waiting.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield from rows.iterator(PART)
        return
    with transaction.atomic():
        yield from rows.iterator(PART)
