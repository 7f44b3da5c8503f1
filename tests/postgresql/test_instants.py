"""Instants in PostgreSQL's text format."""

from datetime import UTC, timedelta

import pytest
from django.db import connection, connections
from psycopg import DataError

from idp.postgresql.instants import Instant
from tests.another_database import an_empty_database, connected_to
from tests.conftest import NOW

TIMESTAMPTZ = 1184


@pytest.mark.parametrize(
    ("written", "at"),
    [
        (b"2026-11-21 09:00:00+00", NOW),
        (b"2026-11-21 09:00:00.5+00", NOW + timedelta(seconds=0.5)),
        (b"2026-11-21 18:30:00+09:30", NOW),
        (memoryview(b"2026-11-21 09:00:00+00"), NOW),
    ],
)
def test_an_instant_is_read_in_utc(written, at):
    read = Instant(TIMESTAMPTZ).load(written)
    assert (read, read.tzinfo) == (at, UTC)


@pytest.mark.parametrize("written", [b"infinity", b"0044-03-15 12:00:00+00 BC", b"10000-01-01 00:00:00+00"])
def test_an_instant_that_python_cannot_represent_is_rejected(written):
    with pytest.raises(DataError):
        Instant(TIMESTAMPTZ).load(written)


@pytest.mark.postgresql_only
def test_instants_are_read_from_a_database_that_writes_dates_in_another_way(transactional_db, tmp_path):
    with an_empty_database(tmp_path) as name:
        connection.cursor().execute(f"ALTER DATABASE {name} SET datestyle = 'German'")
        with connected_to(NAME=name):
            read = connections["default"].cursor().execute("SELECT timestamptz '2026-11-21 09:00+00'")
            assert read.fetchone() == (NOW,)
