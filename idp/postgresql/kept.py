"""Statements that the server keeps: parsed and planned when a connection first sends them, and from then on executed.

That halves what the server has to do for a sign-in. It keeps them by connection, so a pooler with another connection
behind it for each transaction must be told from the server: to whoever connects it gives an id of its own in place of
the process's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from psycopg.pq import ExecStatus

MOST = 200
"""Statements of a connection, far above those that every sign-in takes."""
_NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Kept:
    """The names of what the server keeps for a connection, by the statement, and how many these may become."""

    most: int
    names: dict[bytes, bytes] = field(default_factory=dict)

    def new(self, statements: Iterable[bytes]) -> dict[bytes, bytes]:
        """Give names, which no connection has, to those statements that are not kept yet, as long as there is room."""
        if len(self.names) >= self.most:
            return {}
        return {sql: b"%d" % next(_NUMBERS) for sql in statements if sql not in self.names}


NOTHING = Kept(0)
_BY_CONNECTION: WeakKeyDictionary[Any, Kept] = WeakKeyDictionary()


def begin(connection: Any) -> None:  # noqa: ANN401 - psycopg's
    """Have statements of a new connection kept if it is the server itself that answers."""
    if is_of_the_server(connection.pgconn):
        _BY_CONNECTION[connection] = Kept(MOST)


def is_of_the_server(door: Any) -> bool:  # noqa: ANN401 - psycopg's
    """Whether nobody stands in between who may lead to another process of the server the next time."""
    answer = door.exec_(b"SELECT pg_backend_pid()")
    return bool(answer.status == ExecStatus.TUPLES_OK and answer.get_value(0, 0) == b"%d" % door.backend_pid)


def of(connection: Any) -> Kept:  # noqa: ANN401 - psycopg's
    """Return what the server keeps for a connection."""
    return _BY_CONNECTION.get(connection, NOTHING)


def forget_all() -> None:
    """Have all connections send their statements anew: what the server keeps is of tables as they were before."""
    for reference in _BY_CONNECTION.keyrefs():  # in one step: other threads may add theirs
        if (connection := reference()) is not None:
            _BY_CONNECTION[connection] = Kept(MOST)
