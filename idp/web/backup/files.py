"""A file with the whole database as of one instant, in SQLite's own format or that of pg_dump.

Latchkey adds no wrapper, so the database's own programs can read the file.
"""

import os
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from signal import Signals
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from idp.postgresql import server_prepared
from idp.sql import former_migrations, unfinished

Migration = tuple[str, str]
"""App and name of a migration."""
MIGRATIONS, COLUMNS = "django_migrations", 4
SQLITE, POSTGRESQL = b"SQLite format 3\0", b"PGDMP"
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
"""Parameters of DATABASE_URL, and the variables by which PostgreSQL's programs take them."""
OWNER_ONLY = 0o600
BY_A_POOLER = (
    "DATABASE_URL leads to a pooler, such as PgBouncer. pg_dump and pg_restore would change the connections that it "
    "shares, so that sign-ins fail. For this command, name PostgreSQL itself in DATABASE_URL."
)
NOT_INSTALLED = "is not installed: it comes with PostgreSQL's own client (Debian: apt-get install postgresql-client)."


class BackupError(Exception):
    """A backup could not be made or restored. The text is a sentence that says why, and nothing half-done is left."""


def dump(path: Path) -> None:
    """Dump the database into a new file that only its owner can read. Raises BackupError."""
    refuse_a_pooler()
    if MIGRATIONS not in connection.introspection.table_names():
        raise BackupError("The database has no tables: is DATABASE_URL right? An empty backup would restore nothing.")
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, OWNER_ONLY))
    except FileExistsError:
        raise BackupError(f"{part} is there: a backup is under way, or was broken off. Then remove it.") from None
    except OSError as error:
        raise BackupError(f"{part} cannot be written: {error.strerror}.") from None
    try:
        if path.exists():  # asked while no other run can complete it: that would need the part
            raise BackupError(f"{path} is there already: choose a new name, so that no backup is lost.")
        if _on_sqlite():
            _copy_sqlite_into(part)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(part))
        part.rename(path)
    except sqlite3.Error as error:
        raise BackupError(f"{part} cannot be written: {error}.") from None
    finally:
        for left in _all_of(part):
            left.unlink(missing_ok=True)


def _all_of(part: Path) -> list[Path]:
    """Return the file, and those that SQLite keeps beside it and cannot remove itself once the disk is full."""
    return [part, *(part.with_name(part.name + ending) for ending in ("-journal", "-wal", "-shm"))]


def load(path: Path) -> None:
    """Restore a file into the database, which must be empty. Raises BackupError.

    The file is checked first: nothing is written if it is damaged, of another program or of a newer version. The
    database stays marked as unfinished until `finish`, so that no process serves from it, even if this one is killed.
    """
    kind = _kind(path)
    refuse_a_pooler()
    if connection.introspection.table_names():
        raise BackupError("The database is not empty. Make a new one, and name it in DATABASE_URL.")
    if kind != (SQLITE if _on_sqlite() else POSTGRESQL):
        raise BackupError("The backup is of SQLite and the database of PostgreSQL, or the reverse: use the same kind.")
    if _on_sqlite():
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
            if not _is_whole(source, path):
                raise BackupError(f"{path} is damaged or not whole: restore another backup.")
            _refuse_others(path, _migrations_of_sqlite(source))
            try:
                _copy_marked(source)
            except sqlite3.Error as error:
                raise BackupError(f"The database cannot be written: {error}.") from None
    else:
        _refuse_others(path, _migrations_of_dump(path))
        _execute(unfinished.MARK)
        words = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        try:
            _run("pg_restore", *words, "--dbname", str(connection.settings_dict["NAME"]), str(path))
        except BackupError:
            with suppress(DatabaseError):  # otherwise it stays marked
                finish()  # it is empty again
            raise


def finish() -> None:
    """Let processes serve from the database. Whatever must be done before that belongs in the same transaction."""
    _execute(unfinished.UNMARK)


def refuse_a_pooler() -> None:
    """Raise BackupError if another program answers in PostgreSQL's name.

    PostgreSQL's programs empty the search path of their session, and would leave it so to whoever gets it next.
    """
    if _on_sqlite():
        return
    connection.ensure_connection()
    if not server_prepared.leads_to_the_server(connection.connection.pgconn):
        raise BackupError(BY_A_POOLER)


def _kind(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            begins = file.read(len(SQLITE))
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
    for kind in (SQLITE, POSTGRESQL):
        if begins.startswith(kind):
            return kind
    raise BackupError(f"{path} is no backup, or not a whole one.")


def _on_sqlite() -> bool:
    connection.ensure_connection()
    return connection.vendor == "sqlite"


def _copy_marked(source: sqlite3.Connection) -> None:
    with closing(sqlite3.connect("")) as marked:  # a temporary file, which SQLite deletes
        source.backup(marked)
        marked.execute(unfinished.MARK)
        marked.commit()
        connection.ensure_connection()
        marked.backup(connection.connection)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _copy_sqlite_into(part: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(part)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # a single file, without a write-ahead log
        if not _is_whole(target, part):
            raise BackupError("The database is damaged: PRAGMA integrity_check names what is wrong.")


def _is_whole(database: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is intact and complete. SQLite itself does not notice a truncated last page."""
    try:
        pages, of = (database.execute(f"PRAGMA {it}").fetchone()[0] for it in ("page_count", "page_size"))
        if path.stat().st_size != pages * of:
            return False
        database.execute("PRAGMA ignore_check_constraints=ON")  # some use functions that Django defines
        return bool(database.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _migrations_of_sqlite(source: sqlite3.Connection) -> set[Migration]:
    try:
        return set(source.execute(f"SELECT app, name FROM {MIGRATIONS}"))  # noqa: S608 - a constant
    except sqlite3.OperationalError:
        return set()


def _migrations_of_dump(path: Path) -> set[Migration]:
    output = _run("pg_restore", "--data-only", f"--table={MIGRATIONS}", "--file=-", str(path))
    rows = [it.split("\t") for it in output.splitlines()]
    return {(it[1], it[2]) for it in rows if len(it) == COLUMNS}


def _refuse_others(path: Path, applied: set[Migration]) -> None:
    if not any(app == "audit" for app, _ in applied):
        raise BackupError(f"{path} is a database, but none of Latchkey.")
    if former_migrations.are_incomplete(applied):
        raise BackupError(f"The backup cannot be migrated. {former_migrations.TOO_OLD} {former_migrations.REMEDY}")
    known = former_migrations.FORMER.union(MigrationLoader(None).disk_migrations)
    if unknown := sorted(".".join(it) for it in applied - known):
        raise BackupError(f"The backup is of a newer version, which has {', '.join(unknown)}: use that version.")


def _run(program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs, and return its output. Raises BackupError.

    Passwords go through the environment, because every user of the computer can read arguments.
    """
    try:
        done = subprocess.run(  # noqa: S603 - constants, and a path
            [program, *arguments], env=_environment(), check=False, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise BackupError(f"{program} {NOT_INSTALLED}") from None
    if done.returncode < 0:  # pg_restore crashes on some damaged files
        ended_by = Signals(-done.returncode).name
        raise BackupError(f"{program} was ended by {ended_by}: the backup is damaged or not whole.")
    if done.returncode:
        raise BackupError(f"{program} ended with {done.returncode}: {_what_went_wrong(done.stderr)}")
    return done.stdout


def _what_went_wrong(output: str) -> str:
    """Return the line that says so. After it, pg_restore may repeat a statement of many lines."""
    lines = output.strip().splitlines()
    return next((it for it in lines if "error:" in it), lines[-1] if lines else "")


def _environment() -> dict[str, str]:
    configured: dict[str, Any] = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    ours = {name: str(configured[it]) for name, it in named.items() if configured[it]}
    options = configured.get("OPTIONS", {})
    return {**os.environ, **ours, **{name: str(options[it]) for it, name in OPTIONS.items() if it in options}}
