"""The database backend on SQLite. Writing threads queue.

SQLite allows one writer at a time, and the others poll with pauses until they succeed. A lock in the process wakes the
next one at once. With eight writing threads, the slowest of a hundred takes 40 ms instead of 107, and the slowest of
all 0.1 s instead of 0.4.

A thread returns its connection after each request and each transaction, and while it waits for its turn. The next
thread takes the one that was used last. SQLite drops a connection's cached pages when another connection writes, so
with one connection per thread every page would be read again. With eight threads, that made the statements of a sign-in
take 1.4 times as long. If only requests returned connections, eight threads would still read 54 pages per sign-in.

Background threads return their connections too, by `close_old_connections`. Opening one takes 1.5 ms, and its cache is
empty: a sign-in with a code that opened two took 15 % more processor time.
"""

import json
import threading
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, NoReturn
from uuid import UUID

from django.db import OperationalError, models
from django.db.backends.sqlite3 import base, operations
from django.db.models.constants import OnConflict

from idp.sql import unfinished
from idp.sql.direct_execution import (
    Adapter,
    DirectExecution,
    FastAdapters,
    Parameters,
    fastest_adapter,
    with_placeholders,
)
from idp.sqlite3 import files

_TURNS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_POOLS: defaultdict[str, list[tuple[Any, float | None]]] = defaultdict(list)
"""The idle connections to each database, with the time at which each expires."""
MOST_IDLE = 64
"""More than a process has serving threads. Short-lived threads would each leave one more."""
_IS_UNFINISHED = f"SELECT 1 FROM sqlite_master WHERE name = '{unfinished.TABLE}'"  # noqa: S608 - our own word
PATIENCE = 5.0
"""Seconds to wait for the turn. After that the transaction fails with SQLite's own error."""


# django-stubs do not know a backend's methods, hence the ignores.
class DatabaseOperations(operations.DatabaseOperations):
    """Reads instants the fastest way, since each sign-in reads a dozen, and ignores conflicts as PostgreSQL does."""

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:  # noqa: ANN401
        """Mark an instant as UTC, which is the time zone of every connection."""
        if type(value) is datetime and value.tzinfo is None and connection.timezone is UTC:
            return value.replace(tzinfo=UTC)
        return super().convert_datetimefield_value(value, expression, connection)

    def insert_statement(self, on_conflict: OnConflict | None = None) -> str:
        """Begin an insert. Django's `OR IGNORE` would also skip rows that violate a check, without an error."""
        statement: str = super().insert_statement(None if on_conflict == OnConflict.IGNORE else on_conflict)
        return statement

    def on_conflict_suffix_sql(
        self,
        fields: Any,  # noqa: ANN401 - as untyped as the overridden
        on_conflict: OnConflict | None,
        *columns: Any,
    ) -> str:
        """End an insert. With IGNORE, it skips rows that violate a unique constraint, and no others."""
        if on_conflict == OnConflict.IGNORE:
            return "ON CONFLICT DO NOTHING"
        suffix: str = super().on_conflict_suffix_sql(fields, on_conflict, *columns)
        return suffix


class DatabaseWrapper(DirectExecution, base.DatabaseWrapper):
    """A connection that waits for its turn before a transaction, and gives it up at the end, whatever the outcome."""

    ops_class = DatabaseOperations
    transaction_mode: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turn: threading.Lock | None = None
        self._has_begun = False

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters, with a connection class that remembers its files."""
        return {**super().get_connection_params(), "factory": files.Connection}

    def get_new_connection(self, conn_params: Any) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Return an idle connection, or a new one with a function that SQLite lacks.

        Raises RestoreUnfinished, OperationalError.
        """
        self._take_idle_connection()
        if self.connection is not None:
            return self.connection
        if fault := files.fault(self._name):
            raise OperationalError(fault)
        if not self.is_in_memory_db():
            files.make_private(self._name)
        connection = super().get_new_connection(conn_params)
        if connection.execute(_IS_UNFINISHED).fetchone():
            connection.close()
            raise unfinished.RestoreUnfinished
        connection.remember_files(self._name)
        connection.create_function("latchkey_within", 2, _within, deterministic=True)
        return connection

    def ensure_connection(self) -> None:
        """Take the connection that was returned last, or open a new one.

        A thread that had a connection before has its settings already. Only its first one is set up.
        """
        if self.connection is None and self.autocommit:
            self._take_idle_connection()
        if self.connection is None:
            super().ensure_connection()

    def _take_idle_connection(self) -> None:
        """Take a connection from the pool, if it has one. Raises OperationalError if the file was removed."""
        try:
            connection, close_at = self._pool.pop()
        except IndexError:
            return
        if not connection.has_file():
            self._pool.append((connection, close_at))
            self._leave_lost_file(connection)
        self.connection, self.close_at = connection, close_at
        if not connection.has_log():  # without the index, another process may overwrite what is being read
            self._give_up_lost_log()

    def _leave_lost_file(self, connection: files.Connection) -> NoReturn:
        with self.wrap_database_errors:
            connection.leave_file()
        raise OperationalError(files.LOST_FILE)

    def close_if_unusable_or_obsolete(self) -> None:
        """Return the connection if it is still good. Django calls this before and after each request."""
        super().close_if_unusable_or_obsolete()
        self._return_connection()

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """Return the connection after a transaction too, for the next thread in the queue."""
        super().set_autocommit(autocommit, *args, **kwargs)
        if autocommit and self._has_begun:  # Django also calls this while it opens a connection
            self._has_begun = False
            self._return_connection()

    def _return_connection(self) -> None:
        if self.connection is None or self.in_atomic_block:
            return
        if len(self._pool) >= MOST_IDLE:
            self.close()
        else:
            self._pool.append((self.connection, self.close_at))
            self.connection = None

    def close_pool(self) -> None:
        """Close the connections that no thread uses, as PostgreSQL's backend does by the same name."""
        with suppress(IndexError):
            while True:
                self._pool.pop()[0].close()

    @property
    def _name(self) -> str:
        return str(self.settings_dict["NAME"])

    @property
    def _pool(self) -> list[tuple[Any, float | None]]:
        return _POOLS[self._name]

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            self.ensure_connection()
            if not self.connection.has_file():
                self._leave_lost_file(self.connection)
            if self.is_unobserved:
                self.execute(f"BEGIN {self.transaction_mode}", ())
            else:
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
            if not self.connection.has_log():
                self._give_up_lost_log()
            self._has_begun = True
        except BaseException:
            self._give_up_turn()
            raise

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Return a cursor, which may write outside a transaction. Raises OperationalError if its log was removed."""
        self._check_log()
        return super().create_cursor(name)

    def _check_log(self) -> None:
        """Do outside a transaction what the beginning of one does."""
        if not self.in_atomic_block and not self.connection.has_log():
            self._give_up_lost_log()

    def _give_up_lost_log(self) -> None:
        """Stop writing into a log file that was deleted. If its content can be saved, begin a new log."""
        with self.wrap_database_errors:
            self.connection.rollback()
            is_saved = self.connection.write_back()
        if is_saved:
            self.close()
            self.close_pool()
        raise OperationalError(files.LOST_LOG)

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._give_up_turn()  # not after a failure, since a rollback follows

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_up_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_up_turn()
            self._has_begun = False

    def native_sql(self, sql: str) -> str:
        """Return a statement with question marks as placeholders."""
        return with_placeholders(sql, lambda _: "?")

    def accepted_type(self, field: "models.Field[Any, Any]") -> type | None:
        """Return the type whose values the database accepts unchanged in this field, or None."""
        return _ACCEPTED.get(type(field))

    def adapter(self, field: "models.Field[Any, Any]") -> Adapter:
        """Return what converts a field's values for the sqlite3 module."""
        return fastest_adapter(field, _FAST_ADAPTERS)

    def adapted_constant(self, value: Any) -> Any:  # noqa: ANN401 - as untyped as the overridden
        """Return the value unchanged, since Django's compiler has adapted it."""
        return value

    def fetch_rows(self, sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        self._make_ready()
        with self.wrap_database_errors:
            rows: list[tuple[Any, ...]] = self.connection.execute(sql, parameters).fetchall()
        return rows

    def execute(self, sql: str, parameters: Parameters) -> int:
        """Execute a statement, and return how many rows it matched."""
        self._make_ready()
        self._check_log()
        with self.wrap_database_errors:
            return int(self.connection.execute(sql, parameters).rowcount)

    def _take_turn(self) -> None:
        turn = _TURNS[self._name]
        if not turn.acquire(blocking=False):
            self._return_connection()  # the connection that writes now has the current cache
            if not turn.acquire(timeout=PATIENCE):
                raise OperationalError("database is locked")
        self._turn = turn

    def _give_up_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.release()


def _instant(value: datetime) -> str | None:
    """Return an instant as text without its time zone, which is always UTC."""
    return value.replace(tzinfo=None).isoformat(" ") if value.tzinfo is UTC else None


_ACCEPTED: dict[type, type] = {
    models.CharField: str,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.TextField: str,
}
_FAST_ADAPTERS: FastAdapters = {
    models.BooleanField: (bool, bool),
    models.CharField: (str, str.__str__),  # for a member of an enumeration, its value
    models.DateTimeField: (datetime, _instant),
    models.GenericIPAddressField: (str, lambda it: None if ":" in it else it or None),
    models.IntegerField: (int, int),
    models.JSONField: ((dict, list), lambda it: json.dumps(it) if it else "{}" if isinstance(it, dict) else "[]"),
    models.PositiveIntegerField: (int, int),
    models.PositiveSmallIntegerField: (int, int),
    models.TextField: (str, str.__str__),
    models.UUIDField: (UUID, lambda it: it.hex),
}
_network = lru_cache(maxsize=64)(ip_network)


@lru_cache(maxsize=4096)
def _within(address: str | None, network: str) -> bool | None:
    """Whether an address is in a network. Null for null, as in SQL."""
    return None if address is None else ip_address(address) in _network(network)
