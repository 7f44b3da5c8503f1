"""Executes statements through psycopg's low-level interface (`psycopg.pq`), one or several per round trip.

Values are sent apart from the statement, as text whose type the server infers from its place, so nothing is quoted.
Several statements are sent and answered together (libpq's pipeline mode), in one round trip. A prepared statement
(`server_prepared`) is sent by its name.
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

from idp.postgresql import server_prepared
from idp.postgresql.server_prepared import PreparedStatements
from idp.sql import unfinished
from idp.sql.direct_execution import FastAdapters, Parameters

Statement = tuple[bytes, Parameters]
BEGIN: Statement = (b"BEGIN", ())
COMMIT: Statement = (b"COMMIT", ())
AWAKE = 0.1
"""Seconds between psycopg's checks for an interrupt. Without a value it checks continuously."""
_IS_UNFINISHED = f"SELECT to_regclass('{unfinished.TABLE}')".encode()
_FINE = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}
_OUTDATED = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
"""The server's errors for an outdated prepared statement: its columns changed type, or it no longer exists."""


def run(connection: "psycopg.Connection[Any]", statements: Sequence[Statement]) -> Any:  # noqa: ANN401 - a PGresult
    """Execute statements in order, and return the last one's result. Raises the first one's psycopg.Error.

    Statements after a failed one are not executed.
    """
    results = _together(connection, statements, server_prepared.of(connection))
    for result in results:
        if result.status not in _FINE:
            _refuse(connection.pgconn, result)
    return results[-1]


def rows(connection: "psycopg.Connection[Any]", result: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - a PGresult
    """Return the rows of a result, read with the connection's own loaders."""
    transformer = Transformer(connection)
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def is_idle(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the server has no open transaction."""
    return connection.pgconn.transaction_status == TransactionStatus.IDLE


def waits(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the server has received something and not answered all of it."""
    return connection.pgconn.transaction_status == TransactionStatus.ACTIVE


def answers(connection: "psycopg.Connection[Any]", within: float) -> bool:
    """Whether the server answers within so many seconds. Raises psycopg.OperationalError on a lost connection."""
    pgconn = connection.pgconn
    pgconn.send_query(b"")
    if pgconn.flush() or not is_readable(connection, within):
        return False
    for result in waiting.wait(generators.fetch_many(pgconn), pgconn.socket, AWAKE):
        if result.status != ExecStatus.EMPTY_QUERY:
            _refuse(pgconn, result)
    return True


def is_readable(connection: "psycopg.Connection[Any]", within: float = 0.0) -> bool:
    """Whether the server has sent something that is not yet read, or does so within that many seconds."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(1000 * within))


def is_unfinished(connection: "psycopg.Connection[Any]") -> bool:
    """Whether a restore into the database is unfinished."""
    answer = connection.pgconn.exec_(_IS_UNFINISHED)
    return answer.status == ExecStatus.TUPLES_OK and answer.get_value(0, 0) is not None


def text(value: Any) -> Any:  # noqa: ANN401 - whatever psycopg has a dumper for
    """Return a value as text for the server. Raises Django's DataError for one without a text form."""
    try:
        return None if value is None else bytes(Transformer().get_dumper(value, PyFormat.TEXT).dump(value) or b"")
    except psycopg.DataError as error:
        raise DataError(*error.args) from error


def _together(
    connection: "psycopg.Connection[Any]", statements: Sequence[Statement], prepared: PreparedStatements
) -> list[Any]:
    pgconn, new = connection.pgconn, prepared.names_for_new(sql for sql, _ in statements)
    try:
        pgconn.enter_pipeline_mode()
        for sql, name in new.items():
            pgconn.send_prepare(name, sql)
        for sql, parameters in statements:
            if prepared_as := prepared.names.get(sql) or new.get(sql):
                pgconn.send_query_prepared(prepared_as, parameters)
            else:
                pgconn.send_query_params(sql, parameters)
        pgconn.pipeline_sync()
        answers = [*waiting.wait(generators.execute(pgconn), pgconn.socket, AWAKE)]
        for _ in range(len(new) + len(statements)):  # one fewer, and the end of the pipeline
            answers += waiting.wait(generators.fetch_many(pgconn), pgconn.socket, AWAKE)
        pgconn.exit_pipeline_mode()
    except BaseException:
        connection.close()  # the state of the answers is unknown
        raise
    prepared.names.update(it for it, answer in zip(new.items(), answers, strict=False) if answer.status in _FINE)
    return answers[:-1]


def _refuse(pgconn: Any, result: Any) -> NoReturn:  # noqa: ANN401
    if pgconn.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message() or "the connection is lost")
    error = errors.error_from_result(result)
    if isinstance(error, _OUTDATED):
        server_prepared.forget_all()
        raise psycopg.OperationalError(*error.args) from error  # so that it is retried
    raise error


def _encoded(value: str) -> bytes | None:
    return None if "\0" in value else value.encode()  # psycopg then raises an error that says what is wrong


FAST_ADAPTERS: FastAdapters = {
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
