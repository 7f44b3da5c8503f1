"""Instants in PostgreSQL's text format."""

from datetime import UTC, timedelta

import pytest
from psycopg import DataError

from idp.postgresql.instants import Instant
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
