"""Other databases than the one of a test."""

import sqlite3
from contextlib import closing, contextmanager

from django.db import connections


@contextmanager
def an_empty_database(folder):
    """Yield the name of one without tables, which no other worker uses. On SQLite it is a file in this folder."""
    own = connections["default"]
    if own.vendor == "sqlite":
        yield str(folder / "empty.sqlite3")
        return
    name, execute = f"{own.settings_dict['NAME']}_empty", own.cursor().execute
    execute(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def connected_to(**settings):
    """Connect this thread with these settings changed (HOST, PORT, NAME …); OPTIONS are added to the usual ones."""
    usual, known = connections["default"], connections._connections
    options = usual.settings_dict["OPTIONS"] | settings.pop("OPTIONS", {})
    there = type(usual)(usual.settings_dict | settings | {"OPTIONS": options}, alias="another")
    connections._connections = type("Local", (), {"default": there})()
    try:
        yield
    finally:
        connections._connections = known
        there.close()
        there.close_pool()


@contextmanager
def no_connection_left():
    """Yield the settings of an account to which PostgreSQL gives no connection. Needs no open transaction."""
    own = connections["default"]
    account, execute = f"{own.settings_dict['NAME']}_full", own.cursor().execute
    execute(f"CREATE ROLE {account} LOGIN PASSWORD 'full' CONNECTION LIMIT 0")
    try:
        yield {"USER": account, "PASSWORD": "full"}
    finally:
        execute(f"DROP ROLE {account}")


def damage(file, table):
    """Overwrite the first page of a table in a file of SQLite, as a failing disk may."""
    with closing(sqlite3.connect(file)) as reader:
        (page,) = reader.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
        (size,) = reader.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as disk:
        disk.seek((page - 1) * size)
        disk.write(b"\xff" * size)
