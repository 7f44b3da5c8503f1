"""Database triggers that report changes of the configuration, on SQLite and PostgreSQL.

They see what Django's signals miss: bulk updates, raw SQL, a console, another process, another release. They are
installed after every `migrate`, since a migration may rebuild a table on SQLite, which drops its triggers. Until then
nothing is cached on SQLite, even if a migration fails.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from idp.sql import triggers
from idp.versions.version import Part

TABLES: Final[tuple[str, ...]] = (
    "saml_serviceprovider",
    "saml_assertionconsumer",
    "saml_releasedattribute",
    "saml_logoutendpoint",
    "saml_listening",
    "policies_timeoutpolicy",
    "policies_policyrevision",
    "policies_accessrule",
    "policies_stop",
    "agents_cutoff",
    "agents_accesspass",
    "keys_signingkey",
    "branding_brand",
    "native_client",
    "native_redirecturi",
)
"""The tables that are cached. Only operators write them, never a sign-in, since each change invalidates the cache."""
BRAKES: Final = {"policies_stop": Part.STOP, "agents_cutoff": Part.CUTOFF, "agents_accesspass": Part.PASSES}
"""Tables with their own part of the version. All others share one.

A transaction that changes a table locks its part's row until the commit. One that is left open blocks other changes,
and must not block these.
"""

VERSION: Final = "versions_version"
_ACTS, _ANY = ["insert", "update", "delete"], "change"
# What is written is blank, under which nothing is cached; the version table's own trigger draws the value. So nobody
# can restore an old version, as loading an edited dump would.
# SQLite has no upsert here: the statement that fires a trigger overrides the ON CONFLICT of the statements in it.
_ON_SQLITE = (
    f"DELETE FROM {VERSION} WHERE id = {{part}}; "  # noqa: S608 - a name of ours
    f"INSERT INTO {VERSION} (id, value) VALUES ({{part}}, '')"
)
_DRAWN_ON_SQLITE = f"UPDATE {VERSION} SET value = lower(hex(randomblob(16))) WHERE id = NEW.id"  # noqa: S608 - the same
_ON_POSTGRESQL = f"INSERT INTO {VERSION} (id, value) VALUES ({{part}}, '') ON CONFLICT (id) DO UPDATE SET value = ''"  # noqa: S608 - the same


def put_in_place(using: str = "default", **_: Any) -> None:
    """Install the triggers once the tables exist, and draw a new version.

    If the version table is missing, as after a migration backwards, remove the triggers, which could only fail. SQLite
    has dropped them before.
    """
    connection = connections[using]
    on_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(using=using), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        tables = [it for it in TABLES if it in there]
        if VERSION in there:
            for statement in _on_sqlite(tables) if on_sqlite else _on_postgresql(tables):
                cursor.execute(statement)
        elif not on_sqlite:
            cursor.execute(f"DROP FUNCTION IF EXISTS {VERSION}_renew, {VERSION}_draw CASCADE")


def put_away(using: str = "default", **_: Any) -> None:
    """Stop caching on SQLite: delete the version and its triggers."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if VERSION in connection.introspection.table_names(cursor):
            for table, act in product(TABLES, _ACTS):
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(table, act)}"')
            cursor.execute(f"DELETE FROM {VERSION}")  # noqa: S608 - a name of ours


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of missing triggers."""
    acts = _ACTS if connection.vendor == "sqlite" else [_ANY]
    own = acts[:2]  # nothing to invalidate if no row exists
    wanted = [*(_name(table, act) for table in TABLES for act in acts), *(_name(VERSION, act) for act in own)]
    return triggers.missing(connection, wanted)


def _part(table: str) -> int:
    return int(BRAKES.get(table, Part.CONFIGURATION))


def _name(table: str, act: str) -> str:
    return f"{table}_{act}_renews_version"


def _on_sqlite(tables: list[str]) -> Iterator[str]:
    for act in _ACTS[:2]:
        name = _name(VERSION, act)
        yield f'DROP TRIGGER IF EXISTS "{name}"'
        yield f'CREATE TRIGGER "{name}" AFTER {act} ON "{VERSION}" FOR EACH ROW BEGIN {_DRAWN_ON_SQLITE}; END'
    for table in tables:
        renews = _ON_SQLITE.format(part=_part(table))
        for act in _ACTS:
            name = _name(table, act)
            yield f'DROP TRIGGER IF EXISTS "{name}"'
            yield f'CREATE TRIGGER "{name}" AFTER {act} ON "{table}" FOR EACH ROW BEGIN {renews}; END'
    for part in Part:
        yield from _ON_SQLITE.format(part=int(part)).split("; ")


def _on_postgresql(tables: list[str]) -> Iterator[str]:
    """Yield triggers that run once per statement, and do not block readers of the table.

    They run before the statement, so that a writer locks its part's row first, and waits there without other locks.
    Otherwise two operators could deadlock.
    """
    yield f"""
        CREATE OR REPLACE FUNCTION {VERSION}_draw() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.value := replace(gen_random_uuid()::text, '-', '');
            RETURN NEW;
        END $$
    """
    yield (
        f'CREATE OR REPLACE TRIGGER "{_name(VERSION, _ANY)}" BEFORE INSERT OR UPDATE '
        f'ON "{VERSION}" FOR EACH ROW EXECUTE FUNCTION {VERSION}_draw()'
    )
    yield f"""
        CREATE OR REPLACE FUNCTION {VERSION}_renew() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {_ON_POSTGRESQL.format(part="TG_ARGV[0]::smallint")};
            RETURN NULL; -- of no meaning where the trigger is for a statement
        END $$
    """
    for table in tables:
        yield (
            f'CREATE OR REPLACE TRIGGER "{_name(table, _ANY)}" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE '
            f'ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION {VERSION}_renew({_part(table)})'
        )
    for part in Part:
        yield _ON_POSTGRESQL.format(part=int(part))
