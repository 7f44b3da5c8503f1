"""How many texts and calls were requested from Twilio since midnight UTC, without reading their rows.

Each request for a code compares the day's budget. A trigger counts along in the transaction that reserves a send,
whichever version or node writes it. A day has several numbers, of which each connection to PostgreSQL writes one:
otherwise every reservation would wait for the commit of the one before. A send counts once it is reserved, even if its
row is deleted later. Decoys do not count.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet, Sum

from idp import clock
from idp.clock import CLOCKS_APART
from idp.otp.models import DailySends, Verification, VerificationSend
from idp.sql import triggers

PARTS: Final = 16
"""Numbers of a day on PostgreSQL. SQLite has one writer at a time, so one number."""
_SENDS: Final = VerificationSend._meta.db_table
_DAILY: Final = DailySends._meta.db_table
_NAME: Final = f"{_SENDS}_insert_is_counted"
_REAL: Final = (
    f"EXISTS (SELECT 1 FROM {Verification._meta.db_table} of "  # noqa: S608 - names of ours, here and below
    "WHERE of.id = {send}.verification_id AND of.authenticator_id IS NOT NULL)"
)
_DAY: Final = {"sqlite": "date({send}.at)", "postgresql": "({send}.at AT TIME ZONE 'UTC')::date"}


def today(now: datetime) -> QuerySet[DailySends]:
    """Return the rows whose numbers add up to today's sends.

    Shortly before midnight a node may write the next day already. What a clock further ahead dated does not count.
    """
    return DailySends.objects.filter(day__gte=now.date(), day__lte=(now + CLOCKS_APART).date())


def sent_today(now: datetime) -> int:
    """Return how many texts and calls were requested from Twilio since midnight UTC."""
    return today(now).aggregate(of=Sum("number"))["of"] or 0


def put_in_place(using: str = "default", **_: Any) -> None:
    """Create the trigger if it is missing, and count the latest days anew. Nobody can reserve a send meanwhile."""
    connection = connections[using]
    if not {_SENDS, _DAILY} <= set(connection.introspection.table_names()):
        put_away(connection)
    elif missing(connection):
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in _on_sqlite() if connection.vendor == "sqlite" else _on_postgresql():
                cursor.execute(statement)
            count_anew(connection, clock.now())


def put_away_on_sqlite(using: str = "default", **_: Any) -> None:
    """Drop the trigger before a migration: SQLite renames no table while a trigger names a missing one."""
    if connections[using].vendor == "sqlite":
        put_away(connections[using])


def put_away(connection: BaseDatabaseWrapper) -> None:
    """Drop the trigger."""
    with connection.cursor() as cursor:
        on_sqlite = connection.vendor == "sqlite"
        cursor.execute(f'DROP TRIGGER IF EXISTS "{_NAME}"' if on_sqlite else f"DROP FUNCTION IF EXISTS {_NAME} CASCADE")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the name of the trigger if it is missing."""
    return triggers.missing(connection, [_NAME])


def count_anew(connection: BaseDatabaseWrapper, now: datetime) -> None:
    """Count the sends of today and yesterday, and of no other day. The caller must prevent others from writing them."""
    yesterday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    day, real = (it.format(send="one") for it in (_DAY[connection.vendor], _REAL))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_DAILY}")  # noqa: S608
        cursor.execute(
            f"INSERT INTO {_DAILY} (day, part, number) "  # noqa: S608
            f"SELECT {day}, 0, COUNT(*) FROM {_SENDS} one WHERE one.at >= %s AND {real} GROUP BY 1",
            [connection.ops.adapt_datetimefield_value(yesterday)],
        )


def _on_sqlite() -> Iterator[str]:
    """Without an upsert: the statement that fires a trigger overrides the ON CONFLICT of the statements in it."""
    day, real = (it.format(send="NEW") for it in (_DAY["sqlite"], _REAL))
    is_there = f"SELECT 1 FROM {_DAILY} WHERE day = {day}"  # noqa: S608
    begins = f"INSERT INTO {_DAILY} (day, part, number) SELECT {day}, 0, 0 WHERE NOT EXISTS ({is_there})"
    counts = f"UPDATE {_DAILY} SET number = number + 1 WHERE day = {day} AND part = 0"  # noqa: S608
    yield (
        f'CREATE TRIGGER "{_NAME}" AFTER INSERT ON "{_SENDS}" FOR EACH ROW WHEN {real} BEGIN {begins}; {counts}; END'
    )


def _on_postgresql() -> Iterator[str]:
    """Creating a trigger locks the table for writers until the commit, so the count misses nothing."""
    day, real = (it.format(send="NEW") for it in (_DAY["postgresql"], _REAL))
    yield f"""
        CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO {_DAILY} AS kept (day, part, number)
            SELECT {day}, pg_backend_pid() % {PARTS}, 1 WHERE {real}
            ON CONFLICT (day, part) DO UPDATE SET number = kept.number + 1;
            RETURN NULL; -- of no meaning after the row was written
        END $$
    """
    yield (f'CREATE OR REPLACE TRIGGER "{_NAME}" AFTER INSERT ON "{_SENDS}" FOR EACH ROW EXECUTE FUNCTION {_NAME}()')
