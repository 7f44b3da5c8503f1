"""A database that had all migrations from before they were merged goes on, and one that had only some is refused."""

from io import StringIO

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db.migrations.loader import MigrationLoader

from idp.sql import former_migrations, unprepared
from idp.web.checkup import database
from idp.web.checkup.finding import State
from tests.recorded_migrations import recorded

SOME = sorted(former_migrations.FORMER)[:-1]


@pytest.fixture
def checked_anew():
    unprepared.check_migrations.cache_clear()
    yield
    unprepared.check_migrations.cache_clear()


def faults():
    return [(it.sentence, it.fix) for it in database.check() if it.state is State.FAULT]


def test_a_database_that_had_all_of_them_goes_on(transactional_db, client, keys, checked_anew):
    said = StringIO()
    with recorded(former_migrations.FORMER):
        call_command("migrate", skip_checks=False, stdout=said)
        assert "No migrations to apply." in said.getvalue()
        assert client.get("/readyz").status_code == 200
        assert faults() == []


def test_one_that_had_only_some_is_told_what_to_do(transactional_db, client, keys, checked_anew):
    with recorded(SOME):
        with pytest.raises(SystemCheckError, match=former_migrations.TOO_OLD):
            call_command("migrate", skip_checks=False)
        assert client.get("/readyz").status_code == 503
        assert faults() == [(former_migrations.TOO_OLD, former_migrations.REMEDY)]


def test_other_commands_do_not_ask(db, django_assert_num_queries):
    with recorded(SOME), django_assert_num_queries(0):
        assert run_checks(tags=[Tags.database]) == []


def test_none_of_them_is_there_any_more(db):
    assert former_migrations.FORMER.isdisjoint(MigrationLoader(None).disk_migrations)
