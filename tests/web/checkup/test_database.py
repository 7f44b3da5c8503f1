"""Whether the database is up to date, and its account no mightier than it needs to be."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from idp.web.checkup import database
from tests.another_database import damage, no_connection_left
from tests.races.second_connection import open_transaction, second_connection, somebody_waits
from tests.waiting import until
from tests.web.checkup.conftest import FAULT, OK, WARNING, sentence, states

pytestmark = pytest.mark.each_database


def test_the_database_of_the_tests_is_in_order(db):
    assert states(database.check()) == [OK, OK, OK]


@pytest.mark.parametrize(
    ("app", "choose", "said"),
    [("web", max, "1 migrations are not applied"), ("agents", min, "in another order than this version requires")],
)
def test_outdated_tables_are_reported(transactional_db, app, choose, said):
    recorder = MigrationRecorder(connection)
    gone = choose(name for of, name in recorder.applied_migrations() if of == app)
    recorder.record_unapplied(app, gone)
    try:
        assert said in sentence(database.check())
    finally:
        recorder.record_applied(app, gone)


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (database.version(15), OK),
        (database.version(14), FAULT),
        (database.version(0), FAULT),
        (database.isolation("read committed"), OK),
        (database.isolation("serializable"), WARNING),
        (database.journal("wal"), OK),
        (database.journal("delete"), WARNING),
        (database.room(2 * 1024**3), OK),
        (database.room(500 * 1024**2), WARNING),
        (database.room(50 * 1024**2), FAULT),
        (database.workers(4), WARNING),
        (database.writes(taken=False), FAULT),
        (database.blocker(7, "postgres"), FAULT),
    ],
)
def test_a_database_is_judged_by_what_it_says_of_itself(finding, expected):
    assert finding.state is expected
    assert bool(finding.fix) is (expected is not OK)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ('FATAL: password authentication failed for user "u"', "refuses our user or password"),
        ('FATAL: role "u" does not exist', "refuses our user or password"),
        ('FATAL: too many connections for role "u"', "has no connection left"),
        ("FATAL: sorry, too many clients already", "has no connection left"),
        ('FATAL: database "payroles" does not exist', "has no such database"),
        ("permission denied for table agents_agentrole", "does not let our account read"),
        ('connection to server at "roles.example", port 5432 failed: Connection refused', "cannot be used"),
        ("failed to resolve host 'password.example': [Errno -2] Name or service not known", "cannot be used"),
        ('no pg_hba.conf entry for host "10.0.0.9", user "u", database "d", SSL encryption', "from this computer"),
        ("failed: SSL error: certificate verify failed", "do not agree on TLS"),
        ('server certificate for "a" does not match host name "b"', "do not agree on TLS"),
        ("file is not a database", "is damaged"),
    ],
)
def test_names_in_the_message_of_a_failed_connection_are_not_read_as_its_reason(message, said):
    assert said in sentence([database.away(message, "h")])


@pytest.mark.postgresql_only
@pytest.mark.parametrize(
    ("configured", "said"),
    [({"NAME": "payroles"}, "has no such database"), ({"USER": "nobody"}, "refuses our user or password")],
)
def test_postgresql_refuses_a_connection_in_words_that_are_known(db, monkeypatch, configured, said):
    for name, value in configured.items():
        monkeypatch.setitem(connections["default"].settings_dict, name, value)
    assert said in sentence(database.check())


@pytest.mark.postgresql_only
def test_a_postgresql_that_has_no_connection_left_for_us_is_named(transactional_db, monkeypatch):
    with no_connection_left() as account:
        for name, value in account.items():
            monkeypatch.setitem(connections["default"].settings_dict, name, value)
        assert "has no connection left" in sentence(database.check())


@pytest.mark.postgresql_only
def test_whoever_left_a_lock_open_for_which_a_request_waits_is_named(transactional_db, monkeypatch):
    monkeypatch.setattr(database, "WAITED", 0.0)
    locked = open_transaction("LOCK TABLE agents_device")
    with ThreadPoolExecutor(1) as pool, locked as console, second_connection() as request:
        console.execute("SELECT pg_backend_pid()")
        (process,) = console.fetchone()
        waits = pool.submit(request.execute, "SELECT FROM agents_device")
        until(lambda: somebody_waits(console))
        assert f"process {process} (" in sentence(database.check())
        console.execute("ROLLBACK")
        waits.result()
        assert states(database.check()) == [OK, OK, OK]


@pytest.mark.sqlite_only
def test_a_damaged_file_is_a_fault(transactional_db, monkeypatch, tmp_path):
    file = tmp_path / "latchkey.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    damage(file, "saml_issuedassertion")
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(file))
    assert "The file of the database is damaged." in {it.sentence for it in database.check()}


@pytest.mark.sqlite_only
def test_a_file_too_large_to_be_read_in_time_is_no_fault(db, monkeypatch):
    monkeypatch.setattr(database, "SECONDS", 0)
    monkeypatch.setattr(database, "STEPS", 1)
    assert states(database.check()) == [OK, OK, OK]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(("count", "told"), [("", []), ("1", []), ("4", [WARNING]), ("many", [])])
def test_several_processes_may_not_share_a_file_and_one_may_use_it(db, monkeypatch, count, told):
    monkeypatch.setenv("WEB_CONCURRENCY", count)
    assert [it.state for it in database.check() if it.fix == database.WORKERS_FIX] == told


def test_a_postgresql_superuser_as_account_is_a_warning(db):
    told = states(database.account())
    assert told == ([WARNING] if connection.vendor == "postgresql" else [])  # which is what tests are there
