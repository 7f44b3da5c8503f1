"""Stores all rows of the database and restores them, which is much faster than emptying and filling it again.

Rows are copied below the models, so nothing is computed or validated again.
"""

from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection, transaction

from idp import clock
from idp.audit import triggers
from idp.audit.models import ONLY, Chain

CHAIN = Chain._meta.db_table

# Tables that Django fills itself and caches; the version, which changes when rows are restored;
# and the counts of devices, agents and texts, which triggers maintain. No trigger takes a text back.
COUNTED_ALONG = "otp_dailysends"
LEFT_ALONE = {
    COUNTED_ALONG,
    "agents_agentcount",
    "agents_devicecount",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "versions_version",
}


def remember(*names):
    """Return columns and rows of these tables, or of all, by table name; empty tables are left out."""
    with connection.cursor() as cursor:
        return {table: found for table in names or _tables() if (found := _read(cursor, table))}


def beyond(before):
    """Return the rows that were added since."""
    known = {table: rows for table, (_, rows) in before.items()}
    return {
        table: (columns, [row for row in rows if row not in known.get(table, [])])
        for table, (columns, rows) in remember().items()
    }


@transaction.atomic
def put_back(rows):
    """Restore exactly these rows. Constraints are checked at the end, so any order works."""
    with connection.cursor() as cursor:
        open_trail(cursor)
        emptying = [f"DELETE FROM {_quoted(table)}" for table in sorted([*_tables(), COUNTED_ALONG], key=CHAIN.__eq__)]
        for statement in emptying if connection.vendor == "sqlite" else ["; ".join(emptying)]:  # one round trip
            cursor.execute(statement)
    add(rows)


def open_trail(cursor):
    """Let this transaction delete trail entries, until the row of the chain is written again."""
    Chain.objects.get_or_create(pk=ONLY)
    cursor.execute(f"UPDATE {_quoted(CHAIN)} SET forgetting = {'1' if connection.vendor == 'sqlite' else 'TRUE'}")


@contextmanager
def unguarded():
    """Remove the triggers that protect the trail, for the `with` block."""
    with connection.cursor() as cursor:
        for name in triggers.NAMES[connection.vendor]:
            table = name.partition("_refuses_")[0]
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor != "sqlite" else ""))
    yield
    triggers.put_in_place()


@transaction.atomic
def add(rows):
    """Insert stored rows in addition to existing ones."""
    with connection.cursor() as cursor:
        for table, (columns, found) in rows.items():
            names, places = ", ".join(map(_quoted, columns)), ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {_quoted(table)} ({names}) VALUES ({places})", found)


_MADE = {}


def made_once(make):
    """Fill the tables by `make`, or copy what it made before in this process, on such a day in such a place.

    Such a place has as many rows in each table. What `make` makes must not depend on anything else.
    """
    place = (make, clock.now().date(), _counts())
    if place in _MADE:
        add(_MADE[place])
        return
    before = remember()
    make()
    _MADE[place] = beyond(before)


def _counts():
    """How many rows stand in each table."""
    each = " UNION ALL ".join(f"SELECT '{it}', COUNT(*) FROM {_quoted(it)}" for it in _tables())
    with connection.cursor() as cursor:
        cursor.execute(each)
        return tuple(sorted(cursor.fetchall()))


@cache
def _tables():
    return [it for it in connection.introspection.table_names() if it not in LEFT_ALONE]


def _read(cursor, table):
    cursor.execute(f"SELECT * FROM {_quoted(table)}")
    rows, columns = cursor.fetchall(), [it[0] for it in cursor.description]
    if not rows:
        return None
    for at in [nr for nr, it in enumerate(columns) if it in _generated(table)][::-1]:
        rows = [row[:at] + row[at + 1 :] for row in rows]
        columns = columns[:at] + columns[at + 1 :]
    return columns, rows


@cache
def _generated(table):
    """Generated columns, which cannot be inserted."""
    models = [it for it in apps.get_models(include_auto_created=True) if it._meta.db_table == table]
    return {field.column for it in models for field in it._meta.concrete_fields if field.generated}


def _quoted(name):
    return connection.ops.quote_name(name)
