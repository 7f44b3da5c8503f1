"""Which statements are prepared on the server, and on which connections."""

from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.models import CharField
from psycopg.pq import ExecStatus

from idp.agents.models import Device
from idp.login.flow.transactions import in_transaction
from idp.postgresql import server_prepared
from idp.postgresql.server_prepared import PreparedStatements
from idp.sql.prepared import Select, Slot
from tests.devices import a_phone
from tests.races.installation import on_sqlite

BY_LABEL = Select(lambda: Device.objects.filter(label=Slot("label", CharField())))


def a_pgconn(*, reported, answers, status=ExecStatus.TUPLES_OK):
    """A connection whose other end called itself one process, and then another or the same."""
    answer = Mock(status=status, **{"get_value.return_value": answers})
    return Mock(backend_pid=reported, **{"exec_.return_value": answer})


@pytest.mark.parametrize(
    ("pgconn", "prepares"),
    [
        (a_pgconn(reported=4711, answers=b"4711"), True),
        (a_pgconn(reported=4711, answers=b"815"), False),
        (a_pgconn(reported=4711, answers=None, status=ExecStatus.FATAL_ERROR), False),
    ],
    ids=["the server", "a pooler", "nobody"],
)
def test_statements_are_prepared_only_on_a_direct_connection_to_the_server(pgconn, prepares):
    connection = Mock(pgconn=pgconn)
    server_prepared.start(connection)
    assert bool(server_prepared.of(connection).most) is prepares


def test_each_statement_gets_its_own_name_until_the_limit():
    one, other = PreparedStatements(most=2), PreparedStatements(most=2)
    one.names.update(one.names_for_new([b"one", b"two"]))
    other.names.update(other.names_for_new([b"one"]))
    assert len({*one.names.values(), *other.names.values()}) == 3
    assert (one.names_for_new([b"three"]), [*other.names_for_new([b"one", b"two"])]) == ({}, [b"two"])


def prepared_of_devices():
    """Count the statements about devices that are prepared on this connection. SQLite has no server: one here."""
    if on_sqlite():
        return 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ['%"label" = ($1)%'])
        return cursor.fetchone()[0]


def test_a_prepared_statement_is_not_sent_again(agent):
    phone = a_phone(agent)
    for _ in range(3):
        assert BY_LABEL(label=phone.label) == [phone]
    assert prepared_of_devices() == 1


def make_label(kind):
    if not on_sqlite():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE agents_device ALTER COLUMN label TYPE {kind}")


def test_a_prepared_statement_works_after_a_migration_changed_a_column(transactional_db, agent):
    phone = a_phone(agent)
    try:
        for kind in ("varchar(100)", "text"):
            make_label(kind)
            assert in_transaction(lambda: BY_LABEL(label=phone.label)) == [phone]
    finally:
        make_label("varchar(100)")
        in_transaction(lambda: BY_LABEL(label=phone.label))
