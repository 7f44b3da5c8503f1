"""Errors of a database in which a step of an installation or an upgrade is missing say which."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from idp.sql import unprepared

pytestmark = pytest.mark.each_database


@pytest.fixture
def checked_anew():
    unprepared.check_migrations.cache_clear()
    yield
    unprepared.check_migrations.cache_clear()


def remedy_of(statement):
    with pytest.raises(DatabaseError) as told, connection.cursor() as cursor:
        cursor.execute(statement)
    return unprepared.remedy(told.value)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM nowhere",
        "SELECT absent FROM saml_serviceprovider",
        "INSERT INTO otp_breaker (absent) VALUES (1)",
    ],
)
def test_a_missing_table_or_column_is_helped_by_migrate(db, statement):
    assert remedy_of(statement) == unprepared.MIGRATE


@pytest.mark.postgresql_only
def test_a_table_that_the_account_may_not_use_is_helped_by_its_rights(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE somebody; SET LOCAL ROLE somebody")
    assert remedy_of("SELECT * FROM otp_breaker") == unprepared.RIGHTS


@pytest.mark.parametrize("statement", ["SELECT FROM WHERE", "INSERT INTO otp_breaker (id) VALUES (NULL)"])
def test_another_error_is_helped_by_neither(db, statement):
    assert remedy_of(statement) == ""
    assert unprepared.remedy(ValueError("no such table")) == ""


def test_tables_of_the_version_before_are_helped_by_migrate(db, client, keys, checked_anew):
    applied = MigrationRecorder.Migration.objects
    applied.filter(pk=applied.filter(app="saml").latest("pk").pk).delete()
    assert client.get("/readyz").status_code == 503
    with pytest.raises(unprepared.Unmigrated) as told:
        unprepared.check_migrations()
    assert unprepared.remedy(told.value) == unprepared.MIGRATE


def test_tables_of_this_version_are_looked_at_once(db, client, keys, checked_anew, django_assert_num_queries):
    assert client.get("/readyz").status_code == 200
    with django_assert_num_queries(0):
        unprepared.check_migrations()


def test_the_migrations_of_this_version_are_those_that_django_would_apply():
    assert set(unprepared._of_this_version()) == set(MigrationLoader(None).disk_migrations)
