"""Prepared statements: compiled once, then executed with other values, for the queries of every sign-in.

Django compiles a query set each time it runs, which takes longer than the database does. Here, a query set with named
slots for its values is compiled at its first use, once for each kind of database. After that, only its values are
adapted, and it bypasses Django's cursor (`sql.direct_execution`). The connection, its transactions, the converters and
the resulting models are the same as without.

Besides documented parts (expressions, `get_db_prep_save`, `from_db`) this uses parts of Django that have not changed
since 1.8: `Query.get_compiler`, `as_sql`, `get_converters`, `klass_info` and `annotation_col_map` of the compiler,
`add_update_values`, `InsertQuery`, `needs_rollback`. `tests/sql/test_prepared.py` compares each with the query set
itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DateField, DateTimeField, Expression, Field, ForeignKey, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery

from idp.sql.rows import Shape

Row = TypeVar("Row", bound=Model)
Made = TypeVar("Made")


class Slot(Expression):
    """The place of a value in a query set, by name (in a new row: by number). `field` gives its type."""

    def __init__(self, name: str | int, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:  # noqa: ANN401, ARG002 - as its base
        """Return a placeholder, with the slot itself as its parameter."""
        return "%s", [self]


class _Statement:
    """SQL and its parameters in the order of the placeholders: slots and constant values."""

    def __init__(self, connection: Any, sql: str, parameters: Sequence[Any]) -> None:  # noqa: ANN401 - any database's
        self._sql, self._parameters, self._native = sql, parameters, connection.native_sql(sql)
        self._adapters = [
            (it.name, connection.accepted_type(it.output_field), connection.adapter(it.output_field))
            if type(it) is Slot
            else (None, None, connection.adapted_constant(it))
            for it in parameters
        ]

    def fetch(self, connection: Any, values: Any) -> list[Sequence[Any]]:  # noqa: ANN401
        """Execute it with values in the slots, and return the rows as the database gives them."""
        if connection.is_unobserved:
            found: list[Sequence[Any]] = connection.fetch_rows(self._native, self._adapted(connection, values))
            return found
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._prepared(connection, values))
            return [*cursor.fetchall()]

    def execute(self, connection: Any, values: Any) -> int:  # noqa: ANN401
        """Execute it with values in the slots, and return how many rows it matched."""
        try:
            if connection.is_unobserved:
                return int(connection.execute(self._native, self._adapted(connection, values)))
            with connection.cursor() as cursor:
                cursor.execute(self._sql, self._prepared(connection, values))
                return int(cursor.rowcount)
        except Exception as error:
            _roll_back(connection, error)
            raise

    def execute_later(self, connection: Any, values: Any) -> None:  # noqa: ANN401
        """Execute it with the next statement or the commit, since nobody needs its result."""
        try:
            if connection.is_unobserved:
                connection.execute_later(self._native, self._adapted(connection, values))
            else:
                self.execute(connection, values)
        except Exception as error:
            _roll_back(connection, error)
            raise

    def _adapted(self, connection: Any, values: Any) -> list[Any]:  # noqa: ANN401
        return [
            adapt
            if name is None
            else value
            if type(value := values[name]) is accepted_type or value is None
            else adapt(value, connection)
            for name, accepted_type, adapt in self._adapters
        ]

    def _prepared(self, connection: Any, values: Any) -> list[Any]:  # noqa: ANN401
        return [
            it.output_field.get_db_prep_save(values[it.name], connection) if type(it) is Slot else it
            for it in self._parameters
        ]


def _roll_back(connection: Any, error: Exception) -> None:  # noqa: ANN401
    """Mark the transaction for rollback, as Django's `mark_for_rollback_on_error` does, on this connection."""
    if connection.in_atomic_block:
        connection.needs_rollback, connection.rollback_exc = True, error


@dataclass(frozen=True, slots=True)
class _Rows:
    """A query and how to read its rows: converters by column, the model (None: plain columns), and annotations."""

    statement: _Statement
    converters: tuple[tuple[int, Callable[[Any, Any, Any], Any], Any], ...]
    model: Shape | None
    annotations: tuple[tuple[str, int], ...]

    def fetch(self, connection: Any, values: dict[str, Any]) -> list[list[Any]]:  # noqa: ANN401
        """Execute it, and convert the database's values to those of the fields."""
        rows = [list(it) for it in self.statement.fetch(connection, values)]
        for row in rows:
            for column, convert, expression in self.converters:
                row[column] = convert(row[column], expression, connection)
        return rows


class _Prepared(Generic[Made]):
    """Compiled at the first use on each kind of database. Two threads may compile it twice, which is harmless."""

    def __init__(self) -> None:
        self._by_vendor: dict[str, Made] = {}

    def _made_for(self, connection: Any) -> Made:  # noqa: ANN401 - any database's
        made = self._by_vendor.get(connection.vendor)
        if made is None:
            made = self._by_vendor[connection.vendor] = self._make(connection)
        return made

    def _make(self, connection: Any) -> Made:  # noqa: ANN401
        raise NotImplementedError


class Select(_Prepared[_Rows], Generic[Row]):
    """A query set of models, with its select_related and annotations, or of `values_list`.

    It does not prefetch.
    """

    def __init__(self, query: Callable[[], QuerySet[Row]]) -> None:
        super().__init__()
        self._query = query

    def __call__(self, **values: Any) -> list[Row]:
        """Return the rows for these values of the slots."""
        connection = connections[DEFAULT_DB_ALIAS]
        made = self._made_for(connection)
        rows: Any = made.fetch(connection, values)
        if made.model is None:
            return [*rows]
        found = []
        for row in rows:
            one: Row = made.model.made(row)
            for name, column in made.annotations:
                setattr(one, name, row[column])
            found.append(one)
        return found

    def _make(self, connection: Any) -> _Rows:  # noqa: ANN401
        rows = self._query()
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([it[0] for it in compiler.select[: compiler.col_count]])
        return _Rows(
            statement=_Statement(connection, sql, parameters),
            converters=tuple(
                (column, convert, expression) for column, (all_, expression) in converters.items() for convert in all_
            ),
            model=None if rows.query.values_select else Shape.of(compiler.klass_info, compiler.select),
            annotations=tuple((compiler.annotation_col_map or {}).items()),
        )


class Update(_Prepared[_Statement]):
    """An update of a query set's rows, with slots or expressions as the new values of fields."""

    def __init__(self, query: Callable[[], QuerySet[Any]], **new: Any) -> None:
        super().__init__()
        self._query, self._new = query, new

    def __call__(self, **values: Any) -> int:
        """Execute it, and return how many rows it matched."""
        connection = connections[DEFAULT_DB_ALIAS]
        return self._made_for(connection).execute(connection, values)

    def later(self, **values: Any) -> None:
        """Execute it before the next statement. Its errors are raised there, or by the commit."""
        connection = connections[DEFAULT_DB_ALIAS]
        self._made_for(connection).execute_later(connection, values)

    def _make(self, connection: Any) -> _Statement:  # noqa: ANN401
        query: Any = self._query().query.chain(UpdateQuery)
        query.add_update_values(self._new)
        sql, parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return _Statement(connection, sql, parameters)


class Insert(_Prepared[dict[int, _Statement]], Generic[Row]):
    """An insert of new rows of a model, one or several, in order.

    A key that the database assigns is not read back, and no signal is sent. With `unless_there`, a row that violates a
    unique constraint is skipped.
    """

    def __init__(self, model: type[Row], *, unless_there: bool = False) -> None:
        super().__init__()
        self._model, self._on_conflict = model, OnConflict.IGNORE if unless_there else None

    def __call__(self, *rows: Row) -> int:
        """Execute it, and return how many were inserted."""
        connection = connections[DEFAULT_DB_ALIAS]
        inserted = self._statement(connection, len(rows)).execute(connection, self._values(rows))
        _are_stored(rows)
        return inserted

    def later(self, *rows: Row) -> None:
        """Execute it before the next statement. Its errors are raised there, or by the commit."""
        connection = connections[DEFAULT_DB_ALIAS]
        self._statement(connection, len(rows)).execute_later(connection, self._values(rows))
        _are_stored(rows)

    def _values(self, rows: Sequence[Row]) -> list[Any]:
        return [
            row.__dict__[name] if keep is None else keep(row, add=True) for row in rows for name, keep in self._columns
        ]

    def _statement(self, connection: Any, rows: int) -> _Statement:  # noqa: ANN401 - any database's
        by_count = self._made_for(connection)
        return by_count.get(rows) or by_count.setdefault(rows, self._of(connection, rows))

    def _make(self, connection: Any) -> dict[int, _Statement]:  # noqa: ANN401, ARG002 - the one for each count comes later
        return {}

    @cached_property
    def _fields(self) -> "list[Field[Any, Any]]":
        given = self._model._meta.auto_field
        return [it for it in self._model._meta.local_concrete_fields if not it.generated and it is not given]

    @cached_property
    def _columns(self) -> list[tuple[str, Callable[..., Any] | None]]:
        """Return the columns, each with its field's `pre_save` if that changes the value."""
        return [(it.attname, None if _is_kept(it) else it.pre_save) for it in self._fields]

    def _of(self, connection: Any, rows: int) -> _Statement:  # noqa: ANN401
        query: Any = InsertQuery(self._model, on_conflict=self._on_conflict)
        nth = count()
        slots = [
            SimpleNamespace(**{it.attname: Slot(next(nth), _kind(it)) for it in self._fields}) for _row in range(rows)
        ]
        query.insert_values(self._fields, slots, raw=True)
        ((sql, parameters),) = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        return _Statement(connection, sql, parameters)


def _are_stored(rows: Sequence[Model]) -> None:
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _is_kept(field: "Field[Any, Any]") -> bool:
    """Whether a field stores its value as it is, and does not set one itself, such as the current time."""
    sets_one = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return type(field).pre_save in {Field.pre_save, DateField.pre_save, DateTimeField.pre_save} and not sets_one


def _kind(field: "Field[Any, Any]") -> "Field[Any, Any]":
    """Return the field, or for a foreign key the field that it refers to."""
    return field.target_field if isinstance(field, ForeignKey) else field
