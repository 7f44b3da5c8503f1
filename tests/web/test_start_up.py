"""What a server has read when it begins to serve."""

import runpy
import subprocess
import sys
from contextlib import contextmanager
from contextvars import Context
from types import SimpleNamespace

import pytest
from django.db.migrations.recorder import MigrationRecorder

from idp import reference
from idp.conf import ROOT
from idp.sql import unprepared
from tests.another_database import connected_to
from tests.races.installation import on_sqlite

NO_MORE_FILES = """
import resource
from contextlib import suppress
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from idp.web import start_up
start_up.import_pages()

from django.test import Client
browser, held = Client(SERVER_NAME="localhost"), []
browser.get("/healthz")
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
with suppress(OSError):
    while True:
        held.append(open("/dev/null"))
print("<main>" in browser.get("/nowhere").text, end=" ")
for it in held:
    it.close()
print("<main>" in browser.get("/help").text)
"""


def test_a_process_that_may_open_no_files_shows_error_pages_and_recovers():
    command = [sys.executable, "-c", NO_MORE_FILES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "True True\n", done.stderr


@pytest.fixture
def starts(transactional_db):
    """Start a master as gunicorn does; `after` is the one that serves, if there is one."""
    unprepared.check_migrations.cache_clear()
    on_starting = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["on_starting"]
    yield lambda after: on_starting(SimpleNamespace(master_pid=after)) is None
    unprepared.check_migrations.cache_clear()


@contextmanager
def a_migration_not_applied():
    last = MigrationRecorder.Migration.objects.filter(app="saml").latest("pk")
    last.delete()
    try:
        yield
    finally:
        last.save(force_insert=True)


@pytest.mark.each_database
def test_a_new_version_without_its_tables_does_not_take_over_from_one_that_serves(starts):
    with a_migration_not_applied():
        with pytest.raises(SystemExit):
            starts(after=4711)
        assert starts(after=0)
    assert starts(after=4711)


def test_no_line_of_the_log_has_the_reference_of_the_page_that_is_read_at_the_start(starts):
    master = Context()
    assert master.run(starts, after=0)
    assert master.run(reference.present) == ""


@pytest.mark.each_database
def test_a_new_version_takes_over_while_the_database_is_away(starts):
    with connected_to(**({"NAME": "/nowhere/latchkey.sqlite3"} if on_sqlite() else {"HOST": "nowhere.invalid"})):
        assert starts(after=4711)
