"""A database that cannot write: read-only, full, or gone. Nobody is signed in, and everybody gets the busy page."""

import os
import shutil
from contextlib import contextmanager

import pytest
from django.db import connection
from structlog.testing import capture_logs

from idp import background
from idp.saml.models import IssuedAssertion
from idp.sql import unprepared
from tests.another_database import connected_to, damage, no_connection_left
from tests.races.installation import on_sqlite
from tests.races.known_phone import is_busy, is_signed_in, next_request
from tests.waiting import until

pytestmark = pytest.mark.each_database

NOBODY = 65_534
FULL = """CREATE FUNCTION pg_temp.full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {} EXECUTE FUNCTION pg_temp.full_disk()"""


@contextmanager
def executed(first, last):
    """Run a statement, and one that undoes it at the end of the block."""
    with connection.cursor() as cursor:
        cursor.execute(first)
        yield
        cursor.execute(last)


def read_only():
    """Like a disk that was remounted read-only after an error, or a primary that was made a replica."""
    if on_sqlite():
        return executed("PRAGMA query_only = 1", "PRAGMA query_only = 0")
    return executed("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")


@contextmanager
def full(table="saml_issuedassertion"):
    """SQLite may grow no further. PostgreSQL says what it says on a full disk."""
    if not on_sqlite():
        with executed(FULL.format(table), f"DROP TRIGGER full_disk ON {table}"):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ballast (x)")  # takes the pages that are free, so that none is left
        free = cursor.execute("PRAGMA freelist_count").fetchone()[0]
        cursor.execute("INSERT INTO ballast VALUES (zeroblob(%s))", [4096 * free])
        most = cursor.execute("PRAGMA max_page_count = 1").fetchone()[0]
        assert most > 1  # what there is already
        trigger = f"CREATE TEMP TRIGGER swells AFTER INSERT ON {table} BEGIN"
        cursor.execute(f"{trigger} INSERT INTO ballast VALUES (zeroblob(1000000)); END")
        yield
        cursor.execute("DROP TRIGGER swells")
        cursor.execute("PRAGMA max_page_count = 1073741823")
        cursor.execute("DROP TABLE ballast")


def full_for_what_goes_with_the_commit():
    """The lines of the trail are sent last, when the answer is made."""
    return full("audit_loginevent")


@pytest.mark.parametrize("fault", [read_only, full, full_for_what_goes_with_the_commit])
def test_a_database_that_cannot_write_signs_nobody_in(browser, fault):
    with fault():
        answer = browser.get(browser.address)
    assert is_busy(answer)
    assert not answer.cookies
    assert not IssuedAssertion.objects.exists()
    assert is_signed_in(browser.get(browser.address))


def test_a_database_that_cannot_be_reached_gets_a_busy_page(browser):
    nowhere = {"NAME": "/nowhere/latchkey.sqlite3"} if on_sqlite() else {"HOST": "nowhere.invalid"}
    with connected_to(**nowhere):
        assert is_busy(browser.get(browser.address))
    assert is_signed_in(browser.get(browser.address))


def test_a_node_whose_database_takes_no_writes_is_not_ready(browser, client):
    """Such as a primary that was made a replica: every sign-in writes. SQLite tells only a writer."""
    with read_only():
        assert client.get("/readyz").status_code == (200 if on_sqlite() else 503)
    assert client.get("/readyz").status_code == 200


@contextmanager
def connections_opened_read_only():
    """As by an operator who moves the database. Yields what ends that: for connections that are opened later alone."""
    change, alter = connection.cursor().execute, f"ALTER DATABASE {connection.settings_dict['NAME']}"
    change(f"{alter} SET default_transaction_read_only = on")
    try:
        yield lambda: change(f"{alter} RESET default_transaction_read_only")
    finally:
        change(f"{alter} RESET default_transaction_read_only")


@pytest.mark.postgresql_only
def test_connections_that_were_opened_read_only_are_left_once_the_database_takes_writes(browser):
    """They would stay so for an hour."""
    with connections_opened_read_only() as end, connected_to():
        assert is_busy(browser.get(browser.address))
        end()
        until(lambda: is_signed_in(next_request(browser, "_two")))


@contextmanager
def a_file_of_its_own(folder):
    """Serve from a copy of the test's database, which can be taken away."""
    file = folder / "latchkey.sqlite3"
    unprepared.check_migrations()  # once in a process, and of a database that Django knows by name
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    with connected_to(NAME=str(file)):
        yield file


@pytest.mark.sqlite_only
def test_a_node_whose_database_file_was_replaced_is_not_ready(browser, client, tmp_path):
    """As by somebody who restores a copy without stopping the node. Served, it would mix old and new pages."""
    with a_file_of_its_own(tmp_path) as file:
        assert is_signed_in(browser.get(browser.address))
        assert is_ready(client)
        shutil.copy(file, tmp_path / "older")
        (tmp_path / "older").rename(file)
        assert is_busy(browser.get(browser.request_address("_two")))
        assert not is_ready(client)


@pytest.mark.sqlite_only
def test_a_node_whose_database_file_belongs_to_another_user_is_not_ready(browser, client, tmp_path):
    """As after a command that root ran. Root itself may write anyway, so the test is somebody else for a moment."""
    with a_file_of_its_own(tmp_path) as file:
        assert is_ready(client)
        with may_not_write(file):
            assert not is_ready(client)
        assert is_ready(client)


@pytest.fixture
def damaged_file(tmp_path):
    with a_file_of_its_own(tmp_path) as file:
        damage(file, "saml_issuedassertion")
        yield file
    unprepared.FOUND_DAMAGED.clear()


@pytest.mark.sqlite_only
def test_a_damaged_file_signs_nobody_in_and_the_log_and_the_monitor_say_so(browser, damaged_file, client):
    with capture_logs() as lines:
        assert is_busy(browser.get(browser.address))
    assert unprepared.RESTORE in {it.get("remedy") for it in lines}
    assert not is_ready(client)


def is_ready(client):
    """What a monitor reads. The work that it begins shares the connection of this test, so it ends first."""
    status = client.get("/readyz").status_code
    background.settle()
    return {200: True, 503: False}[status]


@contextmanager
def may_not_write(file):
    file.chmod(0o444)
    me = os.geteuid()
    os.seteuid(NOBODY if me == 0 else me)
    try:
        yield
    finally:
        os.seteuid(me)
        file.chmod(0o644)


@pytest.mark.postgresql_only
def test_a_postgresql_without_a_connection_left_gets_a_busy_page(browser):
    with no_connection_left() as account, connected_to(**account):
        assert is_busy(browser.get(browser.address))
    assert is_signed_in(browser.get(browser.address))
