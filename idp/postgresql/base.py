"""The database backend on PostgreSQL. No request gets a dead connection.

A restart or failover of the server ends all connections of the pool. Unchecked, each of them would fail one request.
The pool's own check pauses after each dead one, in total for seconds. Here, the first dead one makes the pool check all
of them. A connection that answered a moment ago, and has received nothing since, is not checked, which saves a round
trip per request. Nobody waits for a server that does not answer (`watchdog`). One that takes no writes is left, because
its address may lead to another by now: a pool would keep to a replica for an hour.

A statement whose result nobody needs (`execute_later`) is sent with the next one, and so are the statements that begin
and end a transaction, since a round trip costs more than they do.
"""

import time
from datetime import UTC
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from django.db import DatabaseError, Error, OperationalError, models
from django.db.backends.postgresql import base

from idp.postgresql import server_prepared
from idp.postgresql.instants import Instant
from idp.postgresql.statements import (
    BEGIN,
    COMMIT,
    FAST_ADAPTERS,
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
from idp.postgresql.watchdog import Waiting
from idp.sql import unfinished
from idp.sql.direct_execution import Adapter, DirectExecution, Parameters, fastest_adapter, with_placeholders

A_MOMENT = 1.0
"""Seconds for which a connection that answered counts as alive."""
AN_ANSWER = 4.0
"""Seconds that an overloaded server may take to answer a check."""
A_BREATH = 1.0
"""Seconds until the next try after no connection was available. The error page needs none."""
_HAD_NONE: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
"""When each pool last had no connection to give, by the monotonic clock."""
_GIVEN_BACK: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
"""When each connection was returned to the pool, by the monotonic clock."""
_OPENED_AT: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
"""When each connection was opened, by the monotonic clock."""
TAKES_NO_WRITES = (b"default_transaction_read_only", b"in_hot_standby")
"""What the server reports of each session, without being asked (libpq's PQparameterStatus)."""
_UNFINISHED: WeakSet[Any] = WeakSet()
"""Connections to a database into which a restore was running when they were opened."""
_OPEN: "WeakSet[DatabaseWrapper]" = WeakSet()
_OPENED = Lock()
"""Held while a connection is added or all are counted, which different threads do."""
OWN_CURSORS = {base.Cursor, base.ServerBindingCursor}


# django-stubs do not know a backend's methods, hence the ignores.
class DatabaseWrapper(DirectExecution, base.DatabaseWrapper):
    """A connection that was alive when it left the pool, with its waiting statements (`execute_later`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting_statements: list[Statement] = []
        self._statements_sent, self._reads_in_parts = 0, False
        self._is_unheard = False
        with _OPENED:
            _OPEN.add(self)

    @property
    def waits_for(self) -> Waiting | None:
        """Return the connection and the number of its unanswered statement, for another thread."""
        connection = self.connection
        if connection is None or self._reads_in_parts or not self.people_wait or not waits(connection):
            return None
        return connection, self._statements_sent

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters, with a faster reader of instants."""
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone is UTC:
            params["context"].register_loader("timestamptz", Instant)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Take a connection from the pool. Fails at once if there was none a moment ago, so nobody waits twice.

        A thread whose commit got no answer does wait, once: it needs the trail to learn whether the commit succeeded.
        """
        pool, now = self.pool, time.monotonic()
        unheard, self._is_unheard = self._is_unheard, False
        if pool is not None and not unheard and now - _HAD_NONE.get(pool, now - A_BREATH) < A_BREATH:
            raise self.Database.OperationalError("a moment ago the server could not be reached")
        try:
            return self._take_from_pool(conn_params)
        except self.Database.OperationalError:
            if pool is not None:
                _HAD_NONE[pool] = time.monotonic()
            raise

    def _take_from_pool(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Take a connection from the pool. If it is dead, have the pool check all of them."""
        connection = super().get_new_connection(conn_params)
        while self.pool is not None and _took_no_writes(connection):
            connection.close()
            self.pool.putconn(connection)
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
        pool.putconn(connection)  # which closes it, because it awaits an answer
        raise self.Database.OperationalError("the server is there and does not answer")

    def _configure_connection(self, connection: Any) -> bool:  # noqa: ANN401 - psycopg's
        _OPENED_AT[connection] = time.monotonic()
        server_prepared.start(connection)
        if is_unfinished(connection):
            _UNFINISHED.add(connection)
        needs_commit: bool = super()._configure_connection(connection)  # type: ignore[misc]
        return needs_commit

    def init_connection_state(self) -> None:
        """Refuse a database that is being restored. Raises RestoreUnfinished."""
        super().init_connection_state()
        if self.connection in _UNFINISHED:
            self.connection.close()  # so that the pool opens another, which checks again
            self.close()
            raise unfinished.RestoreUnfinished

    @property
    def is_unobserved(self) -> bool:
        """Whether statements may bypass Django's cursor: nothing observes them, and `cursor` is not replaced."""
        return super().is_unobserved and (self.connection is None or self.connection.cursor_factory in OWN_CURSORS)

    def native_sql(self, sql: str) -> bytes:
        """Return a statement with numbered placeholders."""
        return with_placeholders(sql, lambda nth: f"${nth}").encode()

    def adapter(self, field: "models.Field[Any, Any]") -> Adapter:
        """Return what converts a field's values to text for the server."""
        return fastest_adapter(field, FAST_ADAPTERS, text)

    def adapted_constant(self, value: Any) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Convert a value to text for the server."""
        return text(value)

    def fetch_rows(self, sql: bytes, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        result = self._run((sql, parameters))
        with self.wrap_database_errors:
            return rows(self.connection, result)

    def execute(self, sql: bytes, parameters: Parameters) -> int:
        """Execute a statement, and return how many rows it matched."""
        return self._run((sql, parameters)).command_tuples or 0

    def execute_later(self, sql: bytes, parameters: Parameters) -> None:
        """Execute a statement with the next one or the commit; outside a transaction, at once."""
        if self.in_atomic_block:
            self._make_ready()
            self._waiting_statements.append((sql, parameters))
        else:
            self.execute(sql, parameters)

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Return a cursor. Its statements run after those that wait."""
        if self._waiting_statements:
            self._run()
        self._reads_in_parts = name is not None  # the server computes it all before the first part
        return super().create_cursor(name)

    def validate_no_broken_transaction(self) -> None:
        """Execute waiting statements first. Every cursor calls this before a statement."""
        self._statements_sent += 1
        super().validate_no_broken_transaction()
        if self._waiting_statements:
            self._run()

    def _run(self, *statements: Statement) -> Any:  # noqa: ANN401 - a PGresult
        self._make_ready()
        self._statements_sent, self._reads_in_parts = self._statements_sent + 1, False
        due, self._waiting_statements = self._waiting_statements, []
        begin = [BEGIN] if not self.autocommit and is_idle(self.connection) else []
        try:
            with self.wrap_database_errors:
                return run(self.connection, [*begin, *due, *statements])
        except Error as error:  # even if the caller catches it, the transaction must be rolled back
            if self.in_atomic_block:
                self.needs_rollback, self.rollback_exc = True, error
            raise

    def _commit(self) -> None:
        try:
            if self._waiting_statements:
                self._run(COMMIT)
            else:
                self._statements_sent += 1
                super()._commit()  # type: ignore[misc]
        except OperationalError:
            self._is_unheard = True
            raise

    def _savepoint_commit(self, sid: str) -> None:
        was_broken = self.needs_rollback
        try:
            self.validate_no_broken_transaction()
        except DatabaseError:
            self.needs_rollback = was_broken  # an error within the savepoint ends with it
            raise
        super()._savepoint_commit(sid)  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._waiting_statements = []  # all of them came after the savepoint, whose cursor had sent earlier ones
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _rollback(self) -> None:
        self._waiting_statements = []
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self._waiting_statements = []
        if self.connection is not None and self.pool:
            _GIVEN_BACK[self.connection] = time.monotonic()
        super()._close()  # type: ignore[misc]


def _was_just_used(connection: Any) -> bool:  # noqa: ANN401 - psycopg's
    """Whether a connection answered a moment ago and has received nothing since, such as the server's goodbye."""
    if time.monotonic() - _GIVEN_BACK.get(connection, -A_MOMENT) >= A_MOMENT:
        return False
    return not is_readable(connection)


def _took_no_writes(connection: Any) -> bool:  # noqa: ANN401 - psycopg's
    """Whether the server takes no writes from a connection, unless it was opened a moment ago: then no other would."""
    if all(connection.pgconn.parameter_status(it) != b"on" for it in TAKES_NO_WRITES):
        return False
    return time.monotonic() - _OPENED_AT.get(connection, 0.0) >= A_MOMENT


def waiting() -> list[Waiting]:
    """Return the connections of this process that wait for an answer."""
    with _OPENED:
        every = [*_OPEN]
    return [waiting for it in every if (waiting := it.waits_for) is not None]
