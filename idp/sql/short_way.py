"""Executes a statement without Django's cursor, which costs more than a small statement does.

A backend that supports this is a `ShortWay`. If something observes the statements (`execute_wrapper`, tests that count
queries, a tracing cursor), `is_open` is false, and they go through Django's cursor. Errors are Django's, connections
are made as usual, and a broken transaction accepts no more statements.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Field, JSONField

Values = Sequence[Any]
Adapter = Callable[[Any, Any], Any]
"""Turns a value and the connection into what the database accepts."""
Quick = Mapping[type["Field[Any, Any]"], tuple[type | tuple[type, ...], Callable[[Any], Any]]]
"""For a field's class: the usual type of its values, and what converts them. Other values go through the field."""
_PLACES = re.compile("%(s|%)")


class ShortWay:
    """A connection's methods for precompiled statements. `sql` is what `short` returned for Django's SQL."""

    connection: Any
    execute_wrappers: list[Any]
    queries_logged: bool
    close_if_health_check_failed: Callable[[], None]
    ensure_connection: Callable[[], None]
    people_wait = True
    """Whether someone waits for this thread's statements, so that slow ones must be cancelled."""

    @property
    def is_open(self) -> bool:
        """Whether statements may bypass Django's cursor now."""
        return not self.execute_wrappers and not self.queries_logged

    def short(self, sql: str) -> Any:  # noqa: ANN401 - each database's own
        """Return a statement with this database's own placeholders."""
        raise NotImplementedError

    def taken(self, field: "Field[Any, Any]") -> type | None:  # noqa: ARG002 - none is, unless a database says so
        """Return the type whose values the database accepts unchanged in this field, or None."""
        return None

    def adapter(self, field: "Field[Any, Any]") -> Adapter:
        """Return what converts a field's values for `fetched` and `changed`."""
        raise NotImplementedError

    def constant(self, value: Any) -> Any:  # noqa: ANN401 - whatever Django's compiler put among the parameters
        """Convert a constant value for `fetched` and `changed`."""
        raise NotImplementedError

    def fetched(self, sql: Any, given: Values) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Return the rows of a query, as Django's cursor would."""
        raise NotImplementedError

    def changed(self, sql: Any, given: Values) -> int:  # noqa: ANN401
        """Execute a statement, and return how many rows it matched."""
        raise NotImplementedError

    def later(self, sql: Any, given: Values) -> None:  # noqa: ANN401
        """Execute a statement whose result nobody needs. It may be sent with the next one, or with the commit.

        Its errors may be raised there. If a round trip costs nothing, it is executed at once.
        """
        self.changed(sql, given)

    def _make_ready(self) -> None:
        """Do what Django's cursors do before each statement, including its check for a broken transaction."""
        self.close_if_health_check_failed()
        if self.connection is None:  # ensure_connection asks the same, but first looks for an event loop
            self.ensure_connection()
        super().validate_no_broken_transaction()  # type: ignore[misc]  # of the backend that this is a part of


def with_places(sql: str, place: Callable[[int], str]) -> str:
    """Replace Django's placeholders `%s` with a database's own, which are numbered from 1."""
    nth = iter(range(1, sql.count("%s") + 1))
    return _PLACES.sub(lambda found: place(next(nth)) if found[1] == "s" else "%", sql)


def adapter(field: "Field[Any, Any]", quick: Quick, otherwise: Callable[[Any], Any] = lambda it: it) -> Adapter:
    """Return the fastest adapter of a field's values. `otherwise` converts what the field returns."""
    kind, quickly = quick.get(type(field), ((), lambda _: None))
    if isinstance(field, JSONField) and field.encoder is not None:
        kind = ()

    def adapted(value: Any, connection: Any) -> Any:  # noqa: ANN401 - as the fields'
        found = quickly(value) if isinstance(value, kind) else None
        return otherwise(field.get_db_prep_save(value, connection=connection)) if found is None else found

    return adapted
