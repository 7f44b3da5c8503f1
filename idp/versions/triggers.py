"""The database's own word that configuration changed: triggers, on SQLite and PostgreSQL.

They hear what no signal of Django's does: bulk updates, raw SQL, a console, another process, another release. They are
put in place after every `migrate`, since a migration may rebuild a table on SQLite, which drops its triggers. There
nothing is held until then, also if a migration breaks off.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

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
"""What is held, in whole or in part. Only operators write these, never a sign-in: each change has all be read anew."""
BRAKES: Final = {"policies_stop": Part.STOP, "agents_cutoff": Part.CUTOFF, "agents_accesspass": Part.PASSES}
"""What has a part of the version to itself. All other tables share one, whose row is held by whoever writes until the
commit: a change that is forgotten half-way stops other changes, and must not stop these."""

VERSION: Final = "versions_version"
FORMER: Final = "one_version"
"""A constraint of the table when all had one row."""
_ACTS, _ANY = ["insert", "update", "delete"], "change"
# What is written is blank, which holds nothing; the table's own trigger draws the value. So nobody can write one that
# was there before, as whoever loads an edited dump would.
# No upsert on SQLite: there the statement that fires a trigger lays its own ON CONFLICT upon what stands in it.
_ON_SQLITE = (
    f"DELETE FROM {VERSION} WHERE id = {{part}}; "  # noqa: S608 - a name of ours
    f"INSERT INTO {VERSION} (id, value) VALUES ({{part}}, '')"
)
_DRAWN_ON_SQLITE = f"UPDATE {VERSION} SET value = lower(hex(randomblob(16))) WHERE id = NEW.id"  # noqa: S608 - the same
_ON_POSTGRESQL = f"INSERT INTO {VERSION} (id, value) VALUES ({{part}}, '') ON CONFLICT (id) DO UPDATE SET value = ''"  # noqa: S608 - the same


def put_in_place(using: str = "default", **_: Any) -> None:
    """Put the triggers in place, once the tables are there, and draw a new version.

    Where the version's table is gone or of its former shape, as after a step back, the triggers go too: they could
    only fail. SQLite has let go of them before.
    """
    connection = connections[using]
    on_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(using=using), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        tables = [it for it in TABLES if it in there]
        if VERSION in there and not _is_former(connection, cursor):
            for statement in _on_sqlite(tables) if on_sqlite else _on_postgresql(tables):
                cursor.execute(statement)
        elif not on_sqlite:
            cursor.execute(f"DROP FUNCTION IF EXISTS {VERSION}_renew, {VERSION}_draw CASCADE")


def _is_former(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> bool:
    return FORMER in connection.introspection.get_constraints(cursor, VERSION)


def put_away(using: str = "default", **_: Any) -> None:
    """Have nothing held on SQLite from now on: no version, and no trigger that would write one."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if VERSION in connection.introspection.table_names(cursor):
            for table, act in product(TABLES, _ACTS):
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(table, act)}"')
            cursor.execute(f"DELETE FROM {VERSION}")  # noqa: S608 - a name of ours


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the triggers that are not there."""
    acts = _ACTS if connection.vendor == "sqlite" else [_ANY]
    own = acts[:2]  # nobody need draw a version when there is none
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
    """Once for each statement, and without keeping readers out of the table.

    Before the statement, so that whoever writes configuration takes the row of its part first and waits there with no
    other row in hand: else two operators could each hold what the other wants.
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
