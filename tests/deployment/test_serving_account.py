"""PostgreSQL: the account that serves works with rows, and can change no table, trigger or function.

That agents sign in where it serves is shown by `tests/races/test_restored.py`.
"""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from idp.agents.models import Agent
from idp.web.checkup import database
from tests.another_database import connected_to
from tests.deployment.serving_account import serving_account
from tests.races.installation import database_url

pytestmark = [pytest.mark.slow, pytest.mark.postgresql_only]
REFUSED = "permission denied|must be owner|must be superuser"
BEYOND_ITS_RIGHTS = [
    "ALTER TABLE agents_agent ADD COLUMN another text",
    "ALTER TABLE audit_loginevent DISABLE TRIGGER ALL",
    "DROP TABLE audit_loginevent",
    "TRUNCATE audit_loginevent",
    "CREATE TABLE another (id int)",
    "CREATE FUNCTION another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DELETE FROM django_migrations",
    "COPY agents_agent TO PROGRAM 'cat'",
    "SELECT rolpassword FROM pg_authid",
]


@pytest.fixture
def serving(transactional_db):
    """How to be that account."""
    with serving_account(database_url()) as serving:
        yield serving


def test_the_serving_account_can_change_rows_and_no_tables(serving):
    for statement in BEYOND_ITS_RIGHTS:
        with connected_to(**serving), pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
            connection.cursor().execute(statement)


def test_commands_and_timers_run_as_that_account(serving, keys):
    with connected_to(**serving):
        for command in ("purge", "send_logouts", "send_webhooks", "refresh_metadata"):
            call_command(command, stdout=StringIO())
        call_command("add_operator", "olivia@acme.example", name="Olivia", stdout=StringIO())
        assert database.account() == []
    assert Agent.objects.get(email="olivia@acme.example").is_staff
