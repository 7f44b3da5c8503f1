"""A change made while a sign-in waits for a lock counts for that sign-in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection

from tests.conftest import NOW
from tests.races.installation import on_sqlite
from tests.races.known_phone import is_signed_in
from tests.races.second_connection import second_connection

pytestmark = pytest.mark.each_database

LATER = NOW + timedelta(minutes=20)
COMES = {
    "a stop": ("INSERT INTO policies_stop (since, why) VALUES (%s, 'stolen phones')", "Sign-in is stopped"),
    "everyone out": ("INSERT INTO agents_cutoff (at, why) VALUES (%s, 'lost phones')", "everyone was signed out"),
}


def asks(browser, comes_to_hold):
    """Ask from a thread of its own, which tells when it comes to the row that it wants to hold."""
    mark = "BEGIN" if on_sqlite() else 'UPDATE "agents_device"'

    def told(execute, sql, *rest):
        if sql.startswith(mark):
            comes_to_hold.set()
        return execute(sql, *rest)

    try:
        with connection.execute_wrapper(told):
            return browser.get(browser.address, follow=True)
    finally:
        connection.close()


@pytest.mark.parametrize(("statement", "told"), COMES.values(), ids=COMES)
def test_a_change_made_while_a_silent_sign_in_waits_for_its_lock_counts(browser, statement, told):
    assert is_signed_in(browser.get(browser.request_address("_before")))  # so that all is held
    comes_to_hold = Event()
    with second_connection() as theirs, ThreadPoolExecutor(1) as pool:
        theirs.execute("BEGIN IMMEDIATE" if on_sqlite() else "BEGIN")
        theirs.execute("UPDATE agents_device SET generation = generation")
        answer = pool.submit(asks, browser, comes_to_hold)
        assert comes_to_hold.wait(10)
        theirs.execute(statement, [connection.ops.adapt_datetimefield_value(LATER)])
        theirs.execute("COMMIT")
        assert told in answer.result().text
