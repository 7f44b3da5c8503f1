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
"""Turns a value into what the database takes; also told the connection."""
Quick = Mapping[type["Field[Any, Any]"], tuple[type | tuple[type, ...], Callable[[Any], Any]]]
"""By field: of what type its values mostly are, and what they are turned into; None leaves it to the field itself."""
_PLACES = re.compile("%(s|%)")


class ShortWay:
    """What a connection offers for statements that were compiled once; `sql` is what `short` made of Django's."""

    connection: Any
    execute_wrappers: list[Any]
    queries_logged: bool
    close_if_health_check_failed: Callable[[], None]
    ensure_connection: Callable[[], None]
    people_wait = True
    """Whether somebody waits for what this thread asks, so that what takes too long is given up."""

    @property
    def is_open(self) -> bool:
        """Whether statements may go the short way just now."""
        return not self.execute_wrappers and not self.queries_logged

    def short(self, sql: str) -> Any:  # noqa: ANN401 - each database's own
        """Return a statement as this database takes it, with its own places for values."""
        raise NotImplementedError

    def taken(self, field: "Field[Any, Any]") -> type | None:  # noqa: ARG002 - none is, unless a database says so
        """Return of which type a field's values are taken as they are, if of any. So is None, always."""
        return None

    def adapter(self, field: "Field[Any, Any]") -> Adapter:
        """Return what turns a field's values into what `fetched` and `changed` are given."""
        raise NotImplementedError

    def constant(self, value: Any) -> Any:  # noqa: ANN401 - whatever Django's compiler put among the parameters
        """Turn a value that is always the same into what `fetched` and `changed` are given."""
        raise NotImplementedError

    def fetched(self, sql: Any, given: Values) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Return the rows of a query, as Django's cursor would."""
        raise NotImplementedError

    def changed(self, sql: Any, given: Values) -> int:  # noqa: ANN401
        """Execute a statement, and return how many rows it met."""
        raise NotImplementedError

    def later(self, sql: Any, given: Values) -> None:  # noqa: ANN401
        """Execute a statement whose outcome nobody waits for; it may be sent with the next one, or with the commit.

        What it raises may come from there. Where a way to the database costs nothing, it is executed at once.
        """
        self.changed(sql, given)

    def _make_ready(self) -> None:
        """Do what Django's cursors do before each statement; the transaction is looked at as Django itself does."""
        self.close_if_health_check_failed()
        if self.connection is None:  # Django asks the same, but first looks whether a loop runs
            self.ensure_connection()
        super().validate_no_broken_transaction()  # type: ignore[misc]  # of the backend that this is a part of


def with_places(sql: str, place: Callable[[int], str]) -> str:
    """Write Django's places for values, `%s`, as a database's own, which are numbered from 1."""
    nth = iter(range(1, sql.count("%s") + 1))
    return _PLACES.sub(lambda found: place(next(nth)) if found[1] == "s" else "%", sql)


def adapter(field: "Field[Any, Any]", quick: Quick, otherwise: Callable[[Any], Any] = lambda it: it) -> Adapter:
    """Return what adapts a field's values by the shortest way that there is; `otherwise` gets what the field makes."""
    kind, quickly = quick.get(type(field), ((), lambda _: None))
    if isinstance(field, JSONField) and field.encoder is not None:
        kind = ()

    def adapted(value: Any, connection: Any) -> Any:  # noqa: ANN401 - as the fields'
        found = quickly(value) if isinstance(value, kind) else None
        return otherwise(field.get_db_prep_save(value, connection=connection)) if found is None else found

    return adapted
