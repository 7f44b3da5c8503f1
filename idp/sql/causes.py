"""What a database reports as the cause of an error, in a word, for lines of the log that show no traceback."""

import sqlite3


def cause(error: BaseException) -> str:
    """Return the cause's name, such as DiskFull of psycopg or SQLITE_FULL; what we ourselves raised, in full.

    Nothing of the database's own message, which can hold values.
    """
    if (of_database := error.__cause__) is None:
        return f"{type(error).__name__}: {error}"
    if isinstance(of_database, sqlite3.Error) and (name := getattr(of_database, "sqlite_errorname", "")):
        return str(name)
    return type(of_database).__name__
