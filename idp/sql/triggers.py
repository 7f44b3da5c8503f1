"""Finds out which of a package's triggers are missing in the database, or disabled."""

from collections.abc import Iterable
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

_THERE: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
}


def missing(connection: BaseDatabaseWrapper, wanted: Iterable[str]) -> list[str]:
    """Name those that are not there, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_THERE[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    return [it for it in wanted if it not in there]
