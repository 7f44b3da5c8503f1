"""Counts the rows of a growing table without reading it, by triggers.

They add a row whenever a row begins or ends to be counted, or changes its kind. The sum of all rows of a kind is the
count. They are created after every `migrate`; if one is missing, the table is counted anew: a migration on SQLite may
rebuild a table, which drops its triggers.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Sum

from idp.sql import triggers

ADDED_UP_AT_ONCE: Final = 500
"""Rows that one transaction adds up."""
FEW: Final = 200
"""Up to so many rows, adding them up is fast enough."""
_ACTS: Final = ("insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What is counted, of which kind, and where: SQL about one row of `rows`, in which `{row}` stands for that row.

    `counts` is a model with the fields `kind` and `change`. `columns` are those that `kind` and `counted` read.
    """

    rows: type[Model]
    counts: Any
    kind: str
    counted: str
    columns: tuple[str, ...]

    def now(self) -> Counter[str]:
        """Return how many rows of each kind there are."""
        return Counter(dict(self.counts.objects.values_list("kind").annotate(of=Sum("change"))))

    def are_many(self) -> bool:
        """Whether there are enough changes to merge them."""
        return bool(self.counts.objects.order_by()[FEW : FEW + 1].exists())

    def put_together(self) -> int:
        """Merge changes, in small transactions, until few are left. Returns how many rows this saved.

        Rows that another process merges at the same time are skipped, so none is counted twice.
        """
        saved = 0
        while self.are_many():
            some = self._put_some_together()
            saved += some
            if not some:
                break
        return saved

    @transaction.atomic
    def _put_some_together(self) -> int:
        rows = list(self.counts.objects.select_for_update(skip_locked=True).order_by("pk")[:ADDED_UP_AT_ONCE])
        sums: Counter[str] = Counter()
        for it in rows:
            sums[it.kind] += it.change
        self.counts.objects.filter(pk__in=[it.pk for it in rows]).delete()
        written = self.counts.objects.bulk_create(self.counts(kind=kind, change=it) for kind, it in sums.items() if it)
        return len(rows) - len(written)

    @property
    def names(self) -> dict[str, str]:
        """The names of the triggers, by what fires them."""
        return {act: f"{self._table}_{act}_is_counted" for act in _ACTS}

    @property
    def tables(self) -> set[str]:
        """The tables that have to exist."""
        return {self._table, self._counts}

    @property
    def _table(self) -> str:
        return self.rows._meta.db_table

    @property
    def _counts(self) -> str:
        return str(self.counts._meta.db_table)

    def missing(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Return the names of missing triggers."""
        return triggers.missing(connection, self.names.values())

    def put_in_place(self, connection: BaseDatabaseWrapper) -> None:
        """Create missing triggers, and count anew. Nobody can write the rows meanwhile."""
        if self.missing(connection):
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                for statement in self._on_sqlite() if connection.vendor == "sqlite" else self._on_postgresql():
                    cursor.execute(statement)
                self.count_anew(connection)

    def put_away(self, connection: BaseDatabaseWrapper) -> None:
        """Drop the triggers."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name in self.names.values():
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            else:
                cursor.execute(f"DROP FUNCTION IF EXISTS {self._counts}_add CASCADE")

    def count_anew(self, connection: BaseDatabaseWrapper) -> None:
        """Count all rows, and replace the stored counts. The caller must prevent others from writing the rows."""
        kind, counted = self._of("one")
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self._counts}")  # noqa: S608 - names of ours, here and below
            cursor.execute(
                f"INSERT INTO {self._counts} (kind, change) "  # noqa: S608
                f'SELECT {kind}, COUNT(*) FROM "{self._table}" one WHERE {counted} GROUP BY 1'
            )

    def _of(self, row: str) -> tuple[str, str]:
        """Return what a row's kind is, and whether it is counted."""
        return self.kind.format(row=row), self.counted.format(row=row)

    def _fires(self) -> dict[str, str]:
        """Return the acts after which a trigger fires, each with its condition."""
        (old_kind, was), (new_kind, is_) = self._of("OLD"), self._of("NEW")
        return {"insert": is_, "update": f"({was}) <> ({is_}) OR {old_kind} <> {new_kind}", "delete": was}

    def _add(self, row: str, change: int) -> str:
        """Return a statement that adds a change, if this row is counted."""
        kind, counted = self._of(row)
        return f"INSERT INTO {self._counts} (kind, change) SELECT {kind}, {change} WHERE {counted}"

    def _heads(self) -> Iterator[tuple[str, str, str]]:
        """Name each trigger, and say after which act on which condition it fires."""
        of = {"update": f"UPDATE OF {', '.join(self.columns)}"}
        for act, condition in self._fires().items():
            yield act, self.names[act], f'AFTER {of.get(act, act)} ON "{self._table}" FOR EACH ROW WHEN ({condition})'

    def _on_sqlite(self) -> Iterator[str]:
        ended, begun = self._add("OLD", -1), self._add("NEW", 1)
        does = {"insert": begun, "update": f"{ended}; {begun}", "delete": ended}
        for act, name, head in self._heads():
            yield f'DROP TRIGGER IF EXISTS "{name}"'
            yield f'CREATE TRIGGER "{name}" {head} BEGIN {does[act]}; END'

    def _on_postgresql(self) -> Iterator[str]:
        """Creating a trigger locks the table for writers until the commit, so the count misses nothing."""
        yield f"""
            CREATE OR REPLACE FUNCTION {self._counts}_add() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' THEN
                    {self._add("OLD", -1)};
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    {self._add("NEW", 1)};
                END IF;
                RETURN NULL; -- of no meaning after the row was written
            END $$
        """
        for _, name, head in self._heads():
            yield f'CREATE OR REPLACE TRIGGER "{name}" {head} EXECUTE FUNCTION {self._counts}_add()'
