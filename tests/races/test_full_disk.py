"""The disk of the database, of the log, or of the metrics is full, or nobody reads the log."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.db import connection

from idp import log_lines
from idp.conf import ROOT
from idp.saml.models import IssuedAssertion
from tests.another_database import connected_to
from tests.races.installation import on_sqlite
from tests.races.known_phone import is_busy, is_signed_in
from tests.small_disk import small_disk
from tests.web.monitor import TOKEN


@contextmanager
def database_on_a_small_disk():
    """SQLite with all it has; of PostgreSQL the table that each answer is written to."""
    with small_disk(megabytes=8) as disk:
        yield from (_file(disk) if on_sqlite() else _table(disk))


def _file(disk):
    at = str(disk.folder / "latchkey.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [at])
    with connected_to(NAME=at):
        yield disk


def _table(disk):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{disk.folder}'")
        cursor.execute("TRUNCATE saml_issuedassertion CASCADE")  # what was there once has left room
        cursor.execute("ALTER TABLE saml_issuedassertion SET TABLESPACE small")
    try:
        yield disk
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE saml_issuedassertion SET TABLESPACE pg_default")
            cursor.execute("DROP TABLESPACE small")


def test_a_database_on_a_full_disk_signs_nobody_in_until_there_is_space(browser):
    with database_on_a_small_disk() as disk:
        disk.fill()
        assert is_busy(browser.get(browser.address))
        disk.clear()
        assert not IssuedAssertion.objects.exists()
        assert is_signed_in(browser.get(browser.address))


@pytest.fixture
def log(monkeypatch):
    """The log of this test, on a disk of its own."""
    with small_disk(megabytes=1) as disk, (disk.folder / "log").open("w") as file, monkeypatch.context() as it:
        it.setattr(log_lines.OURS, "file", file)
        disk.log = Path(file.name)
        yield disk


def test_a_log_on_a_full_disk_stops_no_sign_in_and_counts_the_missing_lines(browser, log):
    log.fill()
    assert is_signed_in(browser.get(browser.address))
    assert log.log.read_text() == ""
    log.clear()
    browser.get(browser.address)
    lines = [json.loads(it) for it in log.log.read_text().splitlines()]
    assert next(it for it in lines if it["event"] == "log_lines_missing")["lines"] >= 1
    assert lines[-1]["event"] == "request"


@contextmanager
def hung_reader():
    """A program that reads the log through a pipe, and hangs when the pipe is full. It can go on, and returns all."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while os.write(writing, b"." * 4096):
            pass
    os.set_blocking(writing, True)
    with os.fdopen(reading, "rb") as there, os.fdopen(writing, "w") as here:
        yield here, lambda: there.read().decode().lstrip(".")


def test_a_log_whose_reader_hangs_holds_nobody_up_and_counts_the_missing_lines(monkeypatch):
    monkeypatch.setattr(log_lines, "PATIENCE", 0)
    with hung_reader() as (log, goes_on), ThreadPoolExecutor(1) as pool:
        lines = log_lines.Lines(log)
        written = pool.submit(lines.write, "lost\n")
        is_held_up = not wait([written], timeout=10).done
        assert goes_on() == ""
        assert not is_held_up
        lines.write("there\n")
        assert goes_on() == '{"event": "log_lines_missing", "level": "error", "lines": 1}\nthere\n'


SERVES = """
import django; django.setup()
from django.test import Client
print(Client(SERVER_NAME="localhost").get("/healthz"))
"""


def test_a_server_without_standard_error_serves():
    command = ["sh", "-c", 'exec "$0" -c "$1" 2>&-', sys.executable, SERVES]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    assert "status_code=200" in done.stdout


def test_a_disk_too_full_for_metrics_stops_no_sign_in():
    with small_disk(megabytes=1) as disk:
        disk.fill()
        counting = {"LATCHKEY_METRICS_TOKEN": TOKEN, "PROMETHEUS_MULTIPROC_DIR": str(disk.folder)}
        command = [sys.executable, "-c", SERVES]
        done = subprocess.run(command, env=os.environ | counting, cwd=ROOT, capture_output=True, text=True, check=True)
        assert "status_code=200" in done.stdout
        assert "metrics_not_counted" in done.stderr
        assert not [*disk.folder.glob("histogram*")]
