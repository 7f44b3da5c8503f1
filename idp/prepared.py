"""Statements that are made once and then executed with other values: for the path that every sign-in takes.

Django makes the SQL of a query set anew each time it runs, which costs more than the database takes to answer. Here a
query set with named slots in the places of values is compiled at its first use, once for each kind of database, and
from then on only the values are adapted. Everything else is as it would be without: the cursors of the connection, its
transactions, its converters, and the models that come out.

Beside what is documented (expressions, `get_db_prep_save`, `from_db`) this stands on parts of Django that are the same
since 1.8: `Query.get_compiler`, `as_sql`, `get_converters`, `klass_info` and `annotation_col_map` of the compiler,
`add_update_values`, `InsertQuery`, `mark_for_rollback_on_error`. `tests/test_prepared.py` holds each against the query
set itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, ForeignKey, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import mark_for_rollback_on_error

from idp.rows import Shape

Row = TypeVar("Row", bound=Model)
Made = TypeVar("Made")
TEXTS = {"CharField", "TextField"}


class Slot(Expression):
    """The place of a value in a query set; `field` says of what kind it is."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401, ARG002 - as its base
        """Stand for itself among the parameters."""
        return "%s", [self]


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL, and in the order of its placeholders what goes there: a slot, or a value that is always the same."""

    sql: str
    parameters: tuple[Any, ...]

    def run(self, connection: Any, cursor: Any, values: dict[str, Any]) -> None:  # noqa: ANN401 - any database's
        """Execute it with values in the places of the slots."""
        given = [
            it.output_field.get_db_prep_value(values[it.name], connection, prepared=False) if type(it) is Slot else it
            for it in self.parameters
        ]
        cursor.execute(self.sql, given)


@dataclass(frozen=True, slots=True)
class _Rows:
    """A query, and how its rows are read: converters by column, the model (None: columns as such), and annotations."""

    statement: _Statement
    converters: tuple[tuple[int, Sequence[Callable[[Any, Any, Any], Any]], Any], ...]
    model: Shape | None
    annotations: tuple[tuple[str, int], ...]

    def fetched(self, values: dict[str, Any]) -> list[list[Any]]:
        """Execute it, and turn what the database gives into what the fields hold."""
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            self.statement.run(connection, cursor, values)
            rows = [list(it) for it in cursor.fetchall()]
        for column, converters, expression in self.converters:
            for row in rows:
                for convert in converters:
                    row[column] = convert(row[column], expression, connection)
        return rows


class _Prepared(Generic[Made]):
    """What is made at the first use on each kind of database; two threads may make it twice, which harms nobody."""

    def __init__(self) -> None:
        self._by_vendor: dict[str, Made] = {}

    @property
    def _made(self) -> Made:
        vendor = connections[DEFAULT_DB_ALIAS].vendor
        made = self._by_vendor.get(vendor)
        if made is None:
            made = self._by_vendor[vendor] = self._make()
        return made

    def _make(self) -> Made:
        raise NotImplementedError


class Select(_Prepared[_Rows], Generic[Row]):
    """A query set of models, with select_related and annotations if it has them, or of `values_list`.

    Nothing is prefetched.
    """

    def __init__(self, query: Callable[[], QuerySet[Row]]) -> None:
        super().__init__()
        self._query = query

    def __call__(self, **values: Any) -> list[Row]:
        """Return the rows that there are with these values in the slots."""
        made, found = self._made, []
        rows: Any = made.fetched(values)
        if made.model is None:
            return [*rows]
        for row in rows:
            one: Row = made.model.made(row)
            for name, column in made.annotations:
                setattr(one, name, row[column])
            found.append(one)
        return found

    def _make(self) -> _Rows:
        rows = self._query()
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([it[0] for it in compiler.select[: compiler.col_count]])
        return _Rows(
            statement=_Statement(sql, tuple(parameters)),
            converters=tuple((column, convert, expression) for column, (convert, expression) in converters.items()),
            model=None if rows.query.values_select else Shape.of(compiler.klass_info, compiler.select),
            annotations=tuple((compiler.annotation_col_map or {}).items()),
        )


class Update(_Prepared[_Statement]):
    """An update of the rows of a query set, with slots or expressions as the new values of its fields."""

    def __init__(self, query: Callable[[], QuerySet[Any]], **new: Any) -> None:
        super().__init__()
        self._query, self._new = query, new

    def __call__(self, **values: Any) -> int:
        """Execute it and return how many rows it met."""
        connection = connections[DEFAULT_DB_ALIAS]
        with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
            self._made.run(connection, cursor, values)
            return int(cursor.rowcount)

    def _make(self) -> _Statement:
        query: Any = self._query().query.chain(UpdateQuery)
        query.add_update_values(self._new)
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return _Statement(sql, tuple(parameters))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of new rows, and how its value comes there."""

    field: "Field[Any, Any]"
    kind: "Field[Any, Any]"
    is_text: bool

    @classmethod
    def of(cls, field: "Field[Any, Any]") -> "_Column":
        """Say so of a field; a key to another table is of that one's kind."""
        kind = field.target_field if isinstance(field, ForeignKey) else field
        return cls(field, kind, kind.get_internal_type() in TEXTS)

    def value(self, row: Model, connection: Any) -> Any:  # noqa: ANN401 - whatever the database takes
        """Return a row's value as the database takes it, which of a plain text is the text."""
        value = self.field.pre_save(row, add=True)
        plain = value is None or (self.is_text and type(value) is str)
        return value if plain else self.kind.get_db_prep_save(value, connection=connection)


class Insert(_Prepared[dict[int, str]], Generic[Row]):
    """An insert of new rows of a model, one or several at once, in their order. A key that the database gives is not
    read back, and no signal is sent. `unless_there`: what is in the way of a constraint is passed over.
    """

    def __init__(self, model: type[Row], *, unless_there: bool = False) -> None:
        super().__init__()
        self._model, self._on_conflict = model, OnConflict.IGNORE if unless_there else None

    def __call__(self, *rows: Row) -> int:
        """Execute it, and return how many were inserted."""
        sql = self._made.get(len(rows)) or self._made.setdefault(len(rows), self._sql(len(rows)))
        connection, columns = connections[DEFAULT_DB_ALIAS], self._columns
        with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
            cursor.execute(sql, [it.value(row, connection) for row in rows for it in columns])
            inserted = int(cursor.rowcount)
        for row in rows:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return inserted

    def _make(self) -> dict[int, str]:
        return {}

    @cached_property
    def _columns(self) -> list[_Column]:
        given = self._model._meta.auto_field
        fields = [it for it in self._model._meta.local_concrete_fields if not it.generated and it is not given]
        return [_Column.of(it) for it in fields]

    def _sql(self, rows: int) -> str:
        query: Any = InsertQuery(self._model, on_conflict=self._on_conflict)
        fields = [it.field for it in self._columns]
        of_slots = SimpleNamespace(**{it.attname: Slot(it.attname, it) for it in fields})
        query.insert_values(fields, [of_slots] * rows, raw=True)
        ((sql, _),) = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return str(sql)
