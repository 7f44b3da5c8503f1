"""Finds triggers of a package that are missing in the database, or disabled."""

from collections.abc import Iterable
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

_THERE: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
}


def missing(connection: BaseDatabaseWrapper, wanted: Iterable[str]) -> list[str]:
    """Return the wanted triggers that are missing, in the given order."""
    with connection.cursor() as cursor:
        cursor.execute(_THERE[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    return [it for it in wanted if it not in there]
