"""The backend of `settings.DATABASES` on PostgreSQL: no request gets a connection that is dead.

A restart of the server, or a failover, ends all connections of the pool. Unchecked, each of them turns one person away;
the pool's own check pauses after each dead one it meets, for seconds where there are some. Here the first dead one has
all of them looked at. One that answered a moment ago, and of which nothing has been heard since, is not asked:
that would be one more way to the server for each request. One that says nothing is not waited for (`patience`).

A statement that nobody waits for (`later`) is sent with the next one, and so is what begins or ends a transaction: each
way to the server and back costs more than what is done there.
"""

import time
from datetime import UTC
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from django.db import DatabaseError, Error, OperationalError, models
from django.db.backends.postgresql import base

from idp.postgresql import kept
from idp.postgresql.instants import Instant
from idp.postgresql.patience import Waiting
from idp.postgresql.statements import (
    BEGIN,
    COMMIT,
    QUICK,
    Statement,
    answers,
    is_idle,
    is_readable,
    is_unfinished,
    rows,
    run,
    text,
    waits,
)
from idp.sql import unfinished
from idp.sql.short_way import Adapter, ShortWay, Values, adapter, with_places

A_MOMENT = 1.0
"""Seconds for which a connection that answered is taken to be alive."""
AN_ANSWER = 4.0
"""Seconds that a server may take to say that it is there: one that has too much to do may be slow."""
A_BREATH = 1.0
"""Seconds after which it is tried again whether a connection can be had. The page that says so needs none."""
_HAD_NONE: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
"""When each pool had no connection to give, by a clock that only grows."""
_GIVEN_BACK: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
"""When each connection of the pool was given back, by a clock that only grows."""
_UNFINISHED: WeakSet[Any] = WeakSet()
"""Connections to a database into which a restore had not finished when they were made."""
_OPEN: "WeakSet[DatabaseWrapper]" = WeakSet()
_OPENED = Lock()
"""Held whenever one is added or all are counted, which are different threads."""
OWN_CURSORS = {base.Cursor, base.ServerBindingCursor}


# django-stubs know none of the methods that a backend is made of, hence the ignores.
class DatabaseWrapper(ShortWay, base.DatabaseWrapper):
    """A connection that answered when it was taken from the pool; what nobody waits for goes with what comes next."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._due: list[Statement] = []
        self._asked, self._reads_in_parts = 0, False
        self._is_unheard = False
        with _OPENED:
            _OPEN.add(self)

    @property
    def waits_for(self) -> Waiting | None:
        """The connection and the number of the statement that it has no answer to yet, as another thread sees it."""
        connection = self.connection
        if connection is None or self._reads_in_parts or not self.people_wait or not waits(connection):
            return None
        return connection, self._asked

    def get_connection_params(self) -> dict[str, Any]:
        """Have instants read by a shorter way."""
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone is UTC:
            params["context"].register_loader("timestamptz", Instant)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Take a connection from the pool, unless a moment ago there was none to be had: nobody waits twice.

        A thread whose commit got no answer does wait, once: the trail can tell it whether that commit went through.
        """
        pool, now = self.pool, time.monotonic()
        unheard, self._is_unheard = self._is_unheard, False
        if pool is not None and not unheard and now - _HAD_NONE.get(pool, now - A_BREATH) < A_BREATH:
            raise self.Database.OperationalError("a moment ago the server could not be reached")
        try:
            return self._taken(conn_params)
        except self.Database.OperationalError:
            if pool is not None:
                _HAD_NONE[pool] = time.monotonic()
            raise

    def _taken(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Take a connection from the pool, and have the pool renewed if that one is dead."""
        connection = super().get_new_connection(conn_params)
        if (pool := self.pool) is None or _was_just_used(connection):
            return connection
        try:
            if answers(connection, AN_ANSWER):
                return connection
        except self.Database.OperationalError:
            pool.putconn(connection)
            pool.check()
            return super().get_new_connection(conn_params)
        pool.putconn(connection)  # which closes it, since it waits for an answer
        raise self.Database.OperationalError("the server is there and does not answer")

    def _configure_connection(self, connection: Any) -> bool:  # noqa: ANN401 - psycopg's
        kept.begin(connection)
        if is_unfinished(connection):
            _UNFINISHED.add(connection)
        needs_commit: bool = super()._configure_connection(connection)  # type: ignore[misc]
        return needs_commit

    def init_connection_state(self) -> None:
        """Refuse a connection to a database that must not be served from. Raises RestoreUnfinished."""
        super().init_connection_state()
        if self.connection in _UNFINISHED:
            self.connection.close()  # so that the pool makes another, which looks again
            self.close()
            raise unfinished.RestoreUnfinished

    @property
    def is_open(self) -> bool:
        """Whether statements may go the short way: nobody watches, and nobody put a cursor of theirs in place."""
        return super().is_open and (self.connection is None or self.connection.cursor_factory in OWN_CURSORS)

    def short(self, sql: str) -> bytes:
        """Return a statement with numbered places."""
        return with_places(sql, lambda nth: f"${nth}").encode()

    def adapter(self, field: "models.Field[Any, Any]") -> Adapter:
        """Return what turns a field's values into text for the server."""
        return adapter(field, QUICK, text)

    def constant(self, value: Any) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Turn a value into text for the server."""
        return text(value)

    def fetched(self, sql: bytes, given: Values) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        result = self._run((sql, given))
        with self.wrap_database_errors:
            return rows(self.connection, result)

    def changed(self, sql: bytes, given: Values) -> int:
        """Execute a statement, and return how many rows it met."""
        return self._run((sql, given)).command_tuples or 0

    def later(self, sql: bytes, given: Values) -> None:
        """Execute a statement with the next one, or with the commit; outside a transaction at once."""
        if self.in_atomic_block:
            self._make_ready()
            self._due.append((sql, given))
        else:
            self.changed(sql, given)

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Make a cursor, whose statements come after those that are due."""
        if self._due:
            self._run()
        self._reads_in_parts = name is not None  # all of it is worked out before the first part, as for a long export
        return super().create_cursor(name)

    def validate_no_broken_transaction(self) -> None:
        """Have what is due executed first: every cursor asks here before a statement, also one made long ago."""
        self._asked += 1
        super().validate_no_broken_transaction()
        if self._due:
            self._run()

    def _run(self, *statements: Statement) -> Any:  # noqa: ANN401 - a PGresult
        self._make_ready()
        self._asked, self._reads_in_parts = self._asked + 1, False
        due, self._due = self._due, []
        begin = [BEGIN] if not self.autocommit and is_idle(self.connection) else []
        try:
            with self.wrap_database_errors:
                return run(self.connection, [*begin, *due, *statements])
        except Error as error:  # also where it is passed over, the transaction comes to nothing
            if self.in_atomic_block:
                self.needs_rollback, self.rollback_exc = True, error
            raise

    def _commit(self) -> None:
        try:
            if self._due:
                self._run(COMMIT)
            else:
                self._asked += 1
                super()._commit()  # type: ignore[misc]
        except OperationalError:
            self._is_unheard = True
            raise

    def _savepoint_commit(self, sid: str) -> None:
        was_broken = self.needs_rollback
        try:
            self.validate_no_broken_transaction()
        except DatabaseError:
            self.needs_rollback = was_broken  # by what is due within the savepoint it is not: that is rolled back next
            raise
        super()._savepoint_commit(sid)  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._due = []  # all of it came after the savepoint, before which there was a cursor
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _rollback(self) -> None:
        self._due = []
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self._due = []
        if self.connection is not None and self.pool:
            _GIVEN_BACK[self.connection] = time.monotonic()
        super()._close()  # type: ignore[misc]


def _was_just_used(connection: Any) -> bool:  # noqa: ANN401 - psycopg's
    """Whether a connection answered a moment ago and nothing has come since, as the end of a server would."""
    if time.monotonic() - _GIVEN_BACK.get(connection, -A_MOMENT) >= A_MOMENT:
        return False
    return not is_readable(connection)


def waiting() -> list[Waiting]:
    """Return what connections of this process wait for."""
    with _OPENED:
        every = [*_OPEN]
    return [asked for it in every if (asked := it.waits_for) is not None]
