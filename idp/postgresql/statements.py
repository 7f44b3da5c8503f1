"""Statements by psycopg's own door to the server (`psycopg.pq`), which takes them one at a time or several at once.

Values go beside the statement, as text whose type the server tells from its place; so nothing is quoted. Several
statements are sent together and answered together (libpq's pipeline mode), which is one way there and back. What the
server keeps (`kept`) is sent by its name.
"""

import json
import select
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

import psycopg
from django.db import DataError, models
from psycopg import errors, generators, waiting
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from idp.postgresql import kept
from idp.sql import unfinished
from idp.sql.short_way import Quick, Values

Statement = tuple[bytes, Values]
BEGIN: Statement = (b"BEGIN", ())
COMMIT: Statement = (b"COMMIT", ())
AWAKE = 0.1
"""Seconds of waiting until psycopg looks whether it was interrupted; without a number it looks all the time."""
_IS_UNFINISHED = f"SELECT to_regclass('{unfinished.TABLE}')".encode()
_FINE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}
_OUTDATED = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
"""What the server says of a statement it keeps: its columns are of other types since, or there is none of that name."""


def run(connection: "psycopg.Connection[Any]", statements: Sequence[Statement]) -> Any:  # noqa: ANN401 - a PGresult
    """Execute statements in their order and return the last one's result. Raises psycopg.Error: the first one's.

    After the one that fails none is executed.
    """
    results = _together(connection, statements, kept.of(connection))
    for result in results:
        if result.status not in _FINE:
            _refuse(connection.pgconn, result)
    return results[-1]


def rows(connection: "psycopg.Connection[Any]", result: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - a PGresult
    """Return the rows of a result, with the connection's own loaders."""
    transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def is_idle(connection: "psycopg.Connection[Any]") -> bool:
    """Whether no transaction has begun at the server."""
    return connection.pgconn.transaction_status == TransactionStatus.IDLE


def waits(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the server has been sent something and has not answered all of it."""
    return connection.pgconn.transaction_status == TransactionStatus.ACTIVE


def answers(connection: "psycopg.Connection[Any]", within: float) -> bool:
    """Whether the server answers within so many seconds. Raises psycopg.OperationalError if the connection is lost."""
    door = connection.pgconn
    door.send_query(b"")
    if door.flush() or not is_readable(connection, within):
        return False
    for result in waiting.wait(generators.fetch_many(door), door.socket, AWAKE):
        if result.status != ExecStatus.EMPTY_QUERY:
            _refuse(door, result)
    return True


def is_readable(connection: "psycopg.Connection[Any]", within: float = 0.0) -> bool:
    """Whether something has come from the server that nobody has read, or comes within so many seconds."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(1000 * within))


def is_unfinished(connection: "psycopg.Connection[Any]") -> bool:
    """Whether a restore into the database has not finished."""
    answer = connection.pgconn.exec_(_IS_UNFINISHED)
    return answer.status == ExecStatus.TUPLES_OK and answer.get_value(0, 0) is not None


def text(value: Any) -> Any:  # noqa: ANN401 - whatever psycopg has a dumper for
    """Turn a value into the text that the server reads. Raises Django's DataError for what it has no text for."""
    try:
        return None if value is None else bytes(Transformer().get_dumper(value, PyFormat.TEXT).dump(value) or b"")
    except psycopg.DataError as error:
        raise DataError(*error.args) from error


def _together(connection: "psycopg.Connection[Any]", statements: Sequence[Statement], known: kept.Kept) -> list[Any]:
    door, new = connection.pgconn, known.new(sql for sql, _ in statements)
    try:
        door.enter_pipeline_mode()
        for sql, name in new.items():
            door.send_prepare(name, sql)
        for sql, given in statements:
            if called := known.names.get(sql) or new.get(sql):
                door.send_query_prepared(called, given)
            else:
                door.send_query_params(sql, given)
        door.pipeline_sync()
        answers = [*waiting.wait(generators.execute(door), door.socket, AWAKE)]
        for _ in range(len(new) + len(statements)):  # one less, and the end of them
            answers += waiting.wait(generators.fetch_many(door), door.socket, AWAKE)
        door.exit_pipeline_mode()
    except BaseException:
        connection.close()  # nobody can tell what was answered
        raise
    known.names.update(it for it, answer in zip(new.items(), answers, strict=False) if answer.status in _FINE)
    return answers[:-1]


def _refuse(door: Any, result: Any) -> NoReturn:  # noqa: ANN401
    if door.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message() or "the connection is lost")
    error = errors.error_from_result(result)
    if isinstance(error, _OUTDATED):
        kept.forget_all()
        raise psycopg.OperationalError(*error.args) from error  # so that it is tried again
    raise error


def _encoded(value: str) -> bytes | None:
    return None if "\0" in value else value.encode()  # of which psycopg says what is wrong with it


QUICK: Quick = {
    models.BooleanField: (bool, lambda it: b"t" if it else b"f"),
    models.CharField: (str, _encoded),
    models.DateTimeField: (datetime, lambda it: it.isoformat().encode() if it.tzinfo is not None else None),
    models.GenericIPAddressField: (str, lambda it: None if ":" in it else it.encode() or None),
    models.IntegerField: (int, lambda it: b"%d" % it),
    models.JSONField: ((dict, list), lambda it: json.dumps(it).encode()),
    models.PositiveIntegerField: (int, lambda it: b"%d" % it),
    models.PositiveSmallIntegerField: (int, lambda it: b"%d" % it),
    models.TextField: (str, _encoded),
    models.UUIDField: (UUID, lambda it: it.hex.encode()),
}
