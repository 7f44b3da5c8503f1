"""Executes a statement without Django's cursor, which costs more than a small statement does.

A backend that supports this is a `DirectExecution`. If something observes the statements (`execute_wrapper`, tests that
count queries, a tracing cursor), `is_unobserved` is false, and they go through Django's cursor. Errors are Django's,
connections are made as usual, and a broken transaction accepts no more statements.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Field, JSONField

Parameters = Sequence[Any]
Adapter = Callable[[Any, Any], Any]
"""Converts a value, with the connection, to what the database accepts."""
FastAdapters = Mapping[type["Field[Any, Any]"], tuple[type | tuple[type, ...], Callable[[Any], Any]]]
"""For a field's class: the usual type of its values, and what converts them. Other values go through the field."""
_PLACEHOLDERS = re.compile("%(s|%)")


class DirectExecution:
    """A connection's methods for prepared statements. Their `sql` is what `native_sql` returned for Django's."""

    connection: Any
    execute_wrappers: list[Any]
    queries_logged: bool
    close_if_health_check_failed: Callable[[], None]
    ensure_connection: Callable[[], None]
    people_wait = True
    """Whether someone waits for this thread's statements, so that slow ones must be cancelled."""

    @property
    def is_unobserved(self) -> bool:
        """Whether statements may bypass Django's cursor now."""
        return not self.execute_wrappers and not self.queries_logged

    def native_sql(self, sql: str) -> Any:  # noqa: ANN401 - each database's own
        """Return a statement with this database's own placeholders."""
        raise NotImplementedError

    def accepted_type(self, field: "Field[Any, Any]") -> type | None:  # noqa: ARG002 - none, unless a database says so
        """Return the type whose values the database accepts unchanged in this field, or None."""
        return None

    def adapter(self, field: "Field[Any, Any]") -> Adapter:
        """Return what converts a field's values to parameters."""
        raise NotImplementedError

    def adapted_constant(self, value: Any) -> Any:  # noqa: ANN401 - whatever Django's compiler put among the parameters
        """Convert a constant value to a parameter."""
        raise NotImplementedError

    def fetch_rows(self, sql: Any, parameters: Parameters) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Return the rows of a query, as Django's cursor would."""
        raise NotImplementedError

    def execute(self, sql: Any, parameters: Parameters) -> int:  # noqa: ANN401
        """Execute a statement, and return how many rows it matched."""
        raise NotImplementedError

    def execute_later(self, sql: Any, parameters: Parameters) -> None:  # noqa: ANN401
        """Execute a statement whose result nobody needs. It may be sent with the next one, or with the commit.

        Its errors may be raised there. If a round trip costs nothing, it is executed at once.
        """
        self.execute(sql, parameters)

    def _make_ready(self) -> None:
        """Do what Django's cursors do before each statement, including its check for a broken transaction."""
        self.close_if_health_check_failed()
        if self.connection is None:  # ensure_connection checks this too, but first looks for an event loop
            self.ensure_connection()
        super().validate_no_broken_transaction()  # type: ignore[misc]  # of the backend that this is a part of


def with_placeholders(sql: str, placeholder: Callable[[int], str]) -> str:
    """Replace Django's placeholders `%s` with a database's own, which are numbered from 1."""
    nth = iter(range(1, sql.count("%s") + 1))
    return _PLACEHOLDERS.sub(lambda found: placeholder(next(nth)) if found[1] == "s" else "%", sql)


def fastest_adapter(
    field: "Field[Any, Any]", fast: FastAdapters, otherwise: Callable[[Any], Any] = lambda value: value
) -> Adapter:
    """Return the fastest adapter of a field's values. `otherwise` converts what the field returns."""
    usual_type, adapt = fast.get(type(field), ((), lambda _: None))
    if isinstance(field, JSONField) and field.encoder is not None:
        usual_type = ()

    def adapted(value: Any, connection: Any) -> Any:  # noqa: ANN401 - as the fields'
        found = adapt(value) if isinstance(value, usual_type) else None
        return otherwise(field.get_db_prep_save(value, connection=connection)) if found is None else found

    return adapted
