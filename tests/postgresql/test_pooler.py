"""Behind a pooler, each transaction may run on another connection of PostgreSQL."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from idp.agents.models import Agent
from idp.sql import in_parts
from tests.another_database import an_empty_database
from tests.conftest import an_agent
from tests.postgresql.pooler import by_way_of_a_pooler

pytestmark = [pytest.mark.slow, pytest.mark.postgresql_only]


def a_transaction_of_somebody_else():
    """On the connection that was given back last."""
    other = connections["default"].copy()
    other.set_autocommit(False)
    other.cursor().execute("SELECT 1")
    return other


def test_all_parts_of_many_rows_are_read_although_others_take_connections_in_between(transactional_db, monkeypatch):
    monkeypatch.setattr(in_parts, "PART", 1)
    for nr in range(3):
        an_agent(f"+120155501{nr:02d}", f"agent{nr}@acme.example")
    with by_way_of_a_pooler():
        read = in_parts.in_parts(Agent.objects.order_by("pk"))
        first, other = next(read), a_transaction_of_somebody_else()
        try:
            assert [first, *read] == [*Agent.objects.order_by("pk")]
        finally:
            other.close()


def test_a_backup_that_would_change_the_connections_of_a_pooler_is_refused(transactional_db, tmp_path):
    with by_way_of_a_pooler(), pytest.raises(CommandError, match="name PostgreSQL itself"):
        call_command("backup", tmp_path / "monday")
    assert [*tmp_path.iterdir()] == []


def test_a_drill_makes_no_database_by_way_of_a_pooler(transactional_db, tmp_path):
    with by_way_of_a_pooler(), pytest.raises(CommandError, match=r"^DATABASE_URL leads to a pooler"):
        call_command("drill", tmp_path / "monday")


def test_a_restore_that_would_change_the_connections_of_a_pooler_is_refused(transactional_db, tmp_path):
    call_command("backup", tmp_path / "monday")
    with an_empty_database(tmp_path) as name, by_way_of_a_pooler(NAME=name):
        with pytest.raises(CommandError, match="name PostgreSQL itself"):
            call_command("restore", tmp_path / "monday")
        with connections["default"].cursor() as cursor:
            assert connections["default"].introspection.table_names(cursor) == []
