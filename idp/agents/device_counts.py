"""Counts active phones and computers without reading their table, which grows, while monitors ask every 15 seconds.

Triggers add a row whenever a device becomes active or stops being active. The sum of all rows of a kind is the count. A
silent sign-in fires no trigger. The triggers are created after every `migrate`. If they were missing, the devices are
counted again: a migration on SQLite may rebuild a table, which drops its triggers.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, Sum

from idp.agents.models import Device, DeviceCount
from idp.sql import triggers

ADDED_UP_AT_ONCE: Final = 500
"""Rows that one transaction adds up."""
FEW: Final = 200
"""Up to so many rows, adding them up is fast enough."""
_TABLE, _COUNTS = Device._meta.db_table, DeviceCount._meta.db_table
_FIRES: Final = {
    "insert": "NEW.revoked_at IS NULL",
    "update": "(OLD.revoked_at IS NULL) <> (NEW.revoked_at IS NULL) OR OLD.kind <> NEW.kind",
    "delete": "OLD.revoked_at IS NULL",
}
_OF: Final = {"update": "UPDATE OF revoked_at, kind"}
NAMES: Final = {act: f"{_TABLE}_{act}_is_counted" for act in _FIRES}


def active() -> Counter[str]:
    """Return how many devices of each kind are active."""
    return Counter(dict(DeviceCount.objects.values_list("kind").annotate(of=Sum("change"))))


def are_many() -> bool:
    """Whether there are enough rows to merge them."""
    return DeviceCount.objects.order_by()[FEW : FEW + 1].exists()


def put_together() -> int:
    """Merge rows, in small transactions, until few are left. Returns how many rows this saved.

    Rows that another process merges at the same time are skipped, so none is counted twice.
    """
    saved = 0
    while are_many():
        some = _batch()
        saved += some
        if not some:
            break
    return saved


@transaction.atomic
def _batch() -> int:
    rows = list(DeviceCount.objects.select_for_update(skip_locked=True).order_by("pk")[:ADDED_UP_AT_ONCE])
    sums: Counter[str] = Counter()
    for it in rows:
        sums[it.kind] += it.change
    DeviceCount.objects.filter(pk__in=[it.pk for it in rows]).delete()
    written = DeviceCount.objects.bulk_create(DeviceCount(kind=kind, change=it) for kind, it in sums.items() if it)
    return len(rows) - len(written)


@transaction.atomic
def count_anew(using: str) -> None:
    """Count all devices, and replace the stored counts. The caller must prevent others from writing devices."""
    DeviceCount.objects.using(using).all().delete()
    counted = Device.objects.using(using).active().order_by().values_list("kind").annotate(of=Count("pk"))
    DeviceCount.objects.using(using).bulk_create(DeviceCount(kind=kind, change=of) for kind, of in counted)


def put_in_place(using: str = "default", **_: Any) -> None:
    """Create missing triggers once the tables exist, and count all devices. Nobody can write devices meanwhile."""
    connection = connections[using]
    if missing(connection) and {_TABLE, _COUNTS} <= set(connection.introspection.table_names()):
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in _on_sqlite() if connection.vendor == "sqlite" else _on_postgresql():
                cursor.execute(statement)
            count_anew(using)


def put_away_on_sqlite(using: str = "default", **_: Any) -> None:
    """Drop the triggers before a migration: SQLite renames no table while a trigger names a missing one."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in NAMES.values():
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of missing triggers."""
    return triggers.missing(connection, NAMES.values())


def _on_sqlite() -> Iterator[str]:
    ended = f"INSERT INTO {_COUNTS} (kind, change) SELECT OLD.kind, -1 WHERE OLD.revoked_at IS NULL"
    begun = f"INSERT INTO {_COUNTS} (kind, change) SELECT NEW.kind, 1 WHERE NEW.revoked_at IS NULL"
    does = {"insert": begun, "update": f"{ended}; {begun}", "delete": ended}
    for act, name in NAMES.items():
        yield f'DROP TRIGGER IF EXISTS "{name}"'
        yield (
            f'CREATE TRIGGER "{name}" AFTER {_OF.get(act, act)} ON "{_TABLE}" FOR EACH ROW WHEN {_FIRES[act]} '
            f"BEGIN {does[act]}; END"
        )


def _on_postgresql() -> Iterator[str]:
    """Creating a trigger locks the table for writers until the commit, so the count misses nothing."""
    yield f"""
        CREATE OR REPLACE FUNCTION {_COUNTS}_add() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.revoked_at IS NULL THEN
                INSERT INTO {_COUNTS} (kind, change) VALUES (OLD.kind, -1);
            END IF;
            IF TG_OP <> 'DELETE' AND NEW.revoked_at IS NULL THEN
                INSERT INTO {_COUNTS} (kind, change) VALUES (NEW.kind, 1);
            END IF;
            RETURN NULL; -- of no meaning after the row was written
        END $$
    """  # noqa: S608 - names of ours
    for act, name in NAMES.items():
        yield (
            f'CREATE OR REPLACE TRIGGER "{name}" AFTER {_OF.get(act, act)} ON "{_TABLE}" FOR EACH ROW '
            f"WHEN ({_FIRES[act]}) EXECUTE FUNCTION {_COUNTS}_add()"
        )
