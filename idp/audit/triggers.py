"""Triggers by which SQLite and PostgreSQL refuse to change or delete a line of the trail, or a seal.

They stop everything that bypasses the models: other code, a database console, an injected statement. They let through
one transaction of `audit.forgetting`, and there only what it needs: emptying an address or a header, and deleting. The
owner of the database can drop them, but the seals then show what was changed.

They are created after every `migrate`, since a migration on SQLite may rebuild a table, which drops its triggers.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from idp.audit.models import Chain, LoginEvent, Seal
from idp.sql import triggers

FORGOTTEN: Final[dict[type[Model], dict[str, str]]] = {
    LoginEvent: {"address": "NULL", "user_agent": "''"},
    Seal: {"address_salt": "", "user_agent_salt": ""},
}
"""What may be emptied, table by table, and how it is empty."""

_ALLOWED = f"EXISTS (SELECT 1 FROM {Chain._meta.db_table} WHERE forgetting)"  # noqa: S608 - a table's name of ours
_SAYS = "the trail is append-only"


def put_in_place(using: str = "default", **_: Any) -> None:
    """Put the triggers in place, once the tables are there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if {it._meta.db_table for it in (Chain, Seal, LoginEvent)} <= there:
            statements = _on_sqlite() if connection.vendor == "sqlite" else _on_postgresql()
            for statement in statements:
                cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of missing triggers."""
    return triggers.missing(connection, NAMES[connection.vendor])


def _name(model: type[Model], act: str) -> str:
    return f"{model._meta.db_table}_refuses_{act}"


NAMES: Final = {
    vendor: [_name(model, act) for model in FORGOTTEN for act in ("update", "delete", last)]
    for vendor, last in (("sqlite", "insert"), ("postgresql", "truncate"))
}
"""The triggers of each database."""


def _on_sqlite() -> Iterator[str]:
    for model, forgotten in FORGOTTEN.items():
        table = model._meta.db_table
        columns = [it.column for it in model._meta.concrete_fields]
        kept = [f'NEW."{it}" IS NOT OLD."{it}"' for it in columns if it not in forgotten]
        emptied = [f'NEW."{it}" IS NOT OLD."{it}" AND COALESCE(LENGTH(NEW."{it}"), 0) > 0' for it in forgotten]
        other = " OR ".join(kept + [f"({it})" for it in emptied])
        key = model._meta.pk.column if model._meta.pk else "id"
        # REPLACE removes the row that is in its way without the trigger for DELETE.
        replaces = f'EXISTS (SELECT 1 FROM "{table}" WHERE "{key}" = NEW."{key}")'  # noqa: S608 - names of ours
        for act, refuses in (
            ("update", f"NOT {_ALLOWED} OR {other}"),
            ("delete", f"NOT {_ALLOWED}"),
            ("insert", replaces),
        ):
            name = _name(model, act)
            yield f'DROP TRIGGER IF EXISTS "{name}"'
            yield (
                f'CREATE TRIGGER "{name}" BEFORE {act.upper()} ON "{table}" FOR EACH ROW WHEN {refuses} '
                f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
            )


def _on_postgresql() -> Iterator[str]:
    for model, forgotten in FORGOTTEN.items():
        table = model._meta.db_table
        names = "".join(f" - '{it}'" for it in forgotten)
        emptied = " OR ".join(
            f'(NEW."{it}" IS DISTINCT FROM OLD."{it}" AND LENGTH(COALESCE(NEW."{it}"::text, \'\')) > {longest})'
            for it, longest in ((it, 0 if model is LoginEvent else len("\\x")) for it in forgotten)
        )
        yield f"""
            CREATE OR REPLACE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'TRUNCATE' OR NOT {_ALLOWED} THEN
                    RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF TG_OP = 'DELETE' THEN
                    RETURN OLD;
                END IF;
                IF to_jsonb(NEW){names} IS DISTINCT FROM to_jsonb(OLD){names} OR {emptied} THEN
                    RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$
        """
        for act, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            name = _name(model, act)
            yield f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"'
            yield (
                f'CREATE TRIGGER "{name}" BEFORE {act.upper()} ON "{table}" FOR EACH {each} '
                f"EXECUTE FUNCTION {table}_refuses()"
            )
