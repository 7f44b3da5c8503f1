"""Server-side prepared statements: parsed and planned when a connection first sends them, then only executed.

That halves the server's work for a sign-in. Prepared statements belong to a connection, so they cannot be used through
a pooler that switches connections between transactions. A pooler is recognised by the process ID it reports to clients,
which is its own invention.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg.pq import ExecStatus

MOST = 200
"""The most prepared statements of a connection, far more than every sign-in needs."""
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class PreparedStatements:
    """The names of a connection's prepared statements, by their SQL, and how many there may be."""

    most: int
    names: dict[bytes, bytes] = field(default_factory=dict)

    def names_for_new(self, statements: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return names for statements that are not prepared yet, as long as there is room."""
        if len(self.names) >= self.most:
            return {}
        return {sql: b"%d" % next(_NUMBERS) for sql in statements if sql not in self.names}


NONE = PreparedStatements(0)
_BY_CONNECTION: WeakKeyDictionary[Any, PreparedStatements] = WeakKeyDictionary()


def start(connection: Any) -> None:  # noqa: ANN401 - psycopg's
    """Prepare statements on a new connection if it leads to the server itself."""
    if leads_to_the_server(connection.pgconn):
        _BY_CONNECTION[connection] = PreparedStatements(MOST)


def of(connection: Any) -> PreparedStatements:  # noqa: ANN401 - psycopg's
    """Return the prepared statements of a connection."""
    return _BY_CONNECTION.get(connection, NONE)


def forget_all() -> None:
    """Have all connections prepare their statements again, because a migration changed the tables."""
    for reference in _BY_CONNECTION.keyrefs():  # atomic: other threads may add theirs
        if (connection := reference()) is not None:
            _BY_CONNECTION[connection] = PreparedStatements(MOST)


def leads_to_the_server(pgconn: Any) -> bool:  # noqa: ANN401 - psycopg's
    """Whether no pooler is in between, which might use another server process the next time."""
    answer = pgconn.exec_(b"SELECT pg_backend_pid()")
    return bool(answer.status == ExecStatus.TUPLES_OK and answer.get_value(0, 0) == b"%d" % pgconn.backend_pid)
