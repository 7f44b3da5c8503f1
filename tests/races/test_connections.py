"""Connections to the database: enough for everybody who waits at once, and none that is dead."""

import runpy
from threading import Barrier

from django.db import connection

from idp.agents.models import Agent
from idp.conf import ROOT
from idp.login import sending
from tests.races.installation import on_sqlite
from tests.races.test_many_at_once import at_once

THREADS = runpy.run_path(f"{ROOT}/gunicorn.conf.py")["threads"]
PATIENCE = 3


def end_all_others():
    """What a restart of PostgreSQL does to its connections; SQLite is no server and has none."""
    if not on_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_threads_that_wait_for_twilio_leave_a_connection_for_everybody_else(transactional_db):
    all_have_one = Barrier(THREADS + sending.WORKERS)

    def keep_one():
        try:
            Agent.objects.exists()
            all_have_one.wait(PATIENCE)
        finally:
            connection.close()

    at_once([keep_one] * all_have_one.parties)


def test_nobody_is_turned_away_after_the_database_was_restarted(phone):
    phone.sign_in()
    end_all_others()
    for _ in range(4):
        assert phone.sign_in_silently()["signed_in"]
