"""The database: reachable, of a supported version, fully migrated, and with free disk space."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import DatabaseError, NotSupportedError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from idp.agents import counts
from idp.otp.limits import todays_sends
from idp.sql import former_migrations
from idp.sql.unfinished import RestoreUnfinished
from idp.sql.unprepared import MIGRATE, RIGHTS
from idp.sql.writable import takes_writes
from idp.versions import triggers
from idp.web.checkup import processes
from idp.web.checkup.finding import Finding, fault, ok, warning

SUBJECT = "database"
SECONDS = 5
OLDEST_POSTGRESQL = 15
MEGABYTE = 1024 * 1024
QUOTED = re.compile(r"""(?<!\w)(["']).*?\1""")
FAULT_UNDER, WARNING_UNDER = 100 * MEGABYTE, 1024 * MEGABYTE
AWAY_FIX = (
    "If it is a server, start it, and compare host and port in DATABASE_URL; "
    "if it is a file, let this user read and write it and its folder."
)
FULL_FIX = (
    "Raise max_connections of PostgreSQL, or the limit of the role or database; or end connections that other programs "
    "leave open. pg_stat_activity lists them."
)
LOGIN_FIX = "Check the user and password in DATABASE_URL."
NAME_FIX = "Create it with createdb, or correct the name at the end of DATABASE_URL."
UNFINISHED_FIX = (
    "If the restore was interrupted, create a new database, name it in DATABASE_URL, and restore the backup again."
)
TLS_FIX = (
    "If its certificate has expired, renew it. Otherwise compare its name and who issued it with host, sslmode and "
    "sslrootcert in DATABASE_URL."
)
RULE_FIX = "Add a line for this computer, user and database to pg_hba.conf of PostgreSQL, and have it read that again."
DAMAGED, DAMAGED_FIX = "The file of the database is damaged.", "Restore it from a backup."
CAUSES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("permission denied",), "The database at {where} does not let our account read its tables.", RIGHTS),
    (("no pg_hba.conf entry",), "The database at {where} accepts no connection from this computer.", RULE_FIX),
    (
        ("certificate", "SSL error", "does not support SSL"),
        "The database at {where} and this computer do not agree on TLS.",
        TLS_FIX,
    ),
    (
        ("password", "role NAME does not exist", "role NAME is not permitted"),
        "The database at {where} refuses our user or password.",
        LOGIN_FIX,
    ),
    (("database NAME does not exist",), "The server at {where} has no such database.", NAME_FIX),
    (
        ("too many clients already", "remaining connection slots are reserved", "too many connections for"),
        "The database at {where} has no connection left.",
        FULL_FIX,
    ),
    (("not a database", "malformed"), DAMAGED, DAMAGED_FIX),
)
"""Words of the message, what they mean, and what helps."""
STEPS = 100_000
"""Of SQLite's virtual machine, between two looks at the clock."""
WAL_FIX = "Put the file on a disk of this computer, not on a network share, and restart."
ACCOUNT_FIX = "Use a separate account in DATABASE_URL; deploy/postgresql/serving.sql grants what it needs."
WRITES_FIX = (
    "If it is a file, make it this user's again: a command that root ran may have taken it. "
    "If it is a server, name the primary in DATABASE_URL."
)
WAITED = 1.0
"""Seconds. Requests wait for each other for less, and for nobody longer than 5 s."""
BLOCKERS = """
    SELECT DISTINCT blocker.pid, coalesce(theirs.usename, '')
    FROM pg_locks AS waits
    JOIN pg_stat_activity AS ours ON ours.pid = waits.pid AND ours.datname = current_database()
    CROSS JOIN unnest(pg_blocking_pids(waits.pid)) AS blocker (pid)
    LEFT JOIN pg_stat_activity AS theirs ON theirs.pid = blocker.pid
    WHERE NOT waits.granted AND waits.waitstart < clock_timestamp() - make_interval(secs => %s)
        AND blocker.pid NOT IN (SELECT pid FROM pg_locks WHERE NOT granted)
"""
"""Who makes others wait, and waits for nobody."""
WORKERS_FIX = "Set WEB_CONCURRENCY to 1, or set DATABASE_URL to a PostgreSQL database."


def check() -> list[Finding]:
    """Judge the database over a connection of its own, with a timeout of some seconds."""
    configured = connections["default"].settings_dict
    if configured["ENGINE"].endswith("sqlite3") and not _is_there(configured["NAME"]):
        return [fault(SUBJECT, "There is no database yet.", MIGRATE)]
    if not configured["NAME"]:
        return [fault(SUBJECT, "DATABASE_URL names no database.", NAME_FIX)]
    try:
        with closing(_own_connection()) as connection:
            connection.ensure_connection()
            return [*_engine(connection), *_tables(connection)]
    except NotSupportedError:
        return [version(0)]
    except InconsistentMigrationHistory:
        sentence = "Migrations were applied in another order than this version requires."
        return [fault(SUBJECT, sentence, "Restore a backup, or ask for help: migrate cannot fix this.")]
    except DatabaseError as error:
        return [unfinished() if isinstance(error, RestoreUnfinished) else away(str(error), _where(configured))]


def account() -> list[Finding]:
    """Judge the account that the server uses, over its own connection. SQLite has no accounts."""
    if connection.vendor != "postgresql" or _setting(connection, "SHOW is_superuser") == "off":
        return []
    sentence = (
        "DATABASE_URL names a PostgreSQL superuser, who can read files and run programs on the database's computer."
    )
    return [warning(SUBJECT, sentence, ACCOUNT_FIX)]


def away(message: str, where: str) -> Finding:
    """Judge why the connection failed. The database's message may name the user, so it is not repeated.

    A connection that failed has no SQLSTATE (libpq keeps it to itself), so words are read, but not those of names.
    """
    said = QUOTED.sub("NAME", message)
    for words, sentence, fix in CAUSES:
        if any(it in said for it in words):
            return fault(SUBJECT, sentence.format(where=where), fix)
    return fault(SUBJECT, f"The database at {where} cannot be used.", AWAY_FIX)


def unfinished() -> Finding:
    """Judge a database whose restore has not finished."""
    return fault(SUBJECT, "A restore into this database has not finished, so nobody is served.", UNFINISHED_FIX)


def migrations(waiting: int, unwatched: Sequence[str]) -> Finding:
    """Judge how many migrations are pending, and whether the triggers that announce changed settings exist."""
    if waiting:
        return fault(SUBJECT, f"{waiting} migrations are not applied.", MIGRATE)
    if unwatched:
        sentence = "Triggers that announce operators' changes are missing, so a change may not take effect."
        return fault(SUBJECT, f"{sentence} Missing: {', '.join(unwatched)}.", MIGRATE)
    return ok(SUBJECT, "All tables are up to date.")


def counting(missing: Sequence[str]) -> Finding:
    """Judge whether the triggers that count devices, agents and texts exist."""
    sentence = "The database does not count phones, computers, agents or texts, so their figures are wrong."
    return warning(SUBJECT, f"{sentence} Missing: {', '.join(missing)}.", MIGRATE)


def blocker(process: int, account: str) -> Finding:
    """Judge one of PostgreSQL's processes that keeps requests waiting for a lock; "" if it has no account."""
    return fault(
        SUBJECT,
        f"PostgreSQL's process {process} ({account or 'its own'}) keeps requests waiting for a lock.",
        f"If it is a transaction that somebody left open, end it in psql: SELECT pg_terminate_backend({process});",
    )


def version(major: int) -> Finding:
    """Judge PostgreSQL's major version; 0 means one that Django itself rejects."""
    if major >= OLDEST_POSTGRESQL:
        return ok(SUBJECT, f"PostgreSQL {major} answers.")
    shown = f"PostgreSQL {major}" if major else "This version of the database"
    return fault(SUBJECT, f"{shown} is too old.", f"Move to PostgreSQL {OLDEST_POSTGRESQL} or newer.")


def isolation(level: str) -> Finding:
    """Judge PostgreSQL's default isolation level."""
    if level == "read committed":
        return ok(SUBJECT, "Transactions are isolated as expected.")
    fix = "Set default_transaction_isolation to 'read committed' for this database and user."
    return warning(SUBJECT, f"Transactions are isolated by “{level}”, so some requests may fail and be busy.", fix)


def journal(mode: str) -> Finding:
    """Judge SQLite's journal mode."""
    if mode == "wal":
        return ok(SUBJECT, "SQLite answers, and uses WAL mode.")
    return warning(
        SUBJECT,
        f"SQLite uses the journal mode “{mode}” instead of WAL, so readers and writers wait for each other.",
        WAL_FIX,
    )


def writes(*, taken: bool) -> Finding | None:
    """Judge whether the database takes writes from this user."""
    return None if taken else fault(SUBJECT, "The database takes no writes, so nobody can sign in.", WRITES_FIX)


def workers(count: int) -> Finding:
    """Judge several processes that share a SQLite file."""
    return warning(SUBJECT, f"{count} processes share one SQLite file, which supports only one.", WORKERS_FIX)


def room(free: int) -> Finding:
    """Judge how many bytes are free on the disk of the database."""
    megabytes = f"{free // MEGABYTE} MB are free on the disk of the database."
    if free >= WARNING_UNDER:
        return ok(SUBJECT, megabytes)
    return (fault if free < FAULT_UNDER else warning)(
        SUBJECT, megabytes, "Free disk space: without it nobody can sign in."
    )


def _where(configured: dict[str, Any]) -> str:
    if configured["ENGINE"].endswith("sqlite3"):
        return str(configured["NAME"])
    return f"{configured['HOST'] or 'this computer'}, port {configured['PORT'] or 'by default'},"


def _own_connection() -> BaseDatabaseWrapper:
    """Connect without the pool, which would wait half a minute for an unreachable database."""
    connection = connections["default"].copy()
    options = connection.settings_dict["OPTIONS"]
    if options.pop("pool", None):
        options["connect_timeout"] = SECONDS
    return connection


def _pending_migrations(connection: BaseDatabaseWrapper) -> int:
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _tables(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if former_migrations.are_incomplete(MigrationRecorder(connection).applied_migrations()):
        yield fault(SUBJECT, former_migrations.TOO_OLD, former_migrations.REMEDY)
        return
    waiting = _pending_migrations(connection)
    yield migrations(waiting, triggers.missing(connection))
    if not waiting and (uncounted := [*counts.missing(connection), *todays_sends.missing(connection)]):
        yield counting(uncounted)


def _engine(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if read_only := writes(taken=takes_writes(connection)):
        yield read_only
    if connection.vendor == "postgresql":
        yield version(int(_setting(connection, "SHOW server_version_num")) // 10_000)
        yield isolation(_setting(connection, "SHOW default_transaction_isolation"))
        yield from _blockers(connection)
        return
    if _is_damaged(connection):
        yield fault(SUBJECT, DAMAGED, DAMAGED_FIX)
    yield journal(_setting(connection, "PRAGMA journal_mode"))
    yield room(shutil.disk_usage(Path(connection.settings_dict["NAME"]).parent).free)
    if (count := processes.count()) > 1:
        yield workers(count)


def _setting(connection: BaseDatabaseWrapper, query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def _blockers(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(BLOCKERS, [WAITED])
        yield from (blocker(*it) for it in cursor.fetchall())


def _is_damaged(connection: BaseDatabaseWrapper) -> bool:
    """Whether SQLite finds damage in its file within some seconds. Of a large one it reads only a part."""
    until = monotonic() + SECONDS
    connection.connection.set_progress_handler(lambda: monotonic() > until, STEPS)
    try:
        return _setting(connection, "PRAGMA quick_check(1)") != "ok"
    except OperationalError:  # the time is up
        return False
    finally:
        connection.connection.set_progress_handler(None, 0)


def _is_there(name: str) -> bool:
    try:
        return Path(name).stat().st_size > 0
    except OSError:
        return False
