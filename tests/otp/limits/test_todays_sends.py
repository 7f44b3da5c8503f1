"""How many texts were requested today: the database counts along, whoever writes them."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connection, connections, migrations, models, transaction
from django.test.utils import CaptureQueriesContext

from idp.otp import sends
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import daily_budget, todays_sends
from idp.otp.limits.asker import Asker
from idp.otp.models import DailySends, Outcome, PhoneAuthenticator, Verification, VerificationSend
from idp.web.checkup import database
from idp.web.checkup.finding import State
from tests import later_migration
from tests.conftest import NOW, an_agent
from tests.races.concurrent import at_once
from tests.races.second_connection import second_connection

pytestmark = pytest.mark.each_database

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
NOBODY = Asker(None, None)
COLUMNS = "(verification_id, nth, channel, at, own, asked_from, prefix, answer)"
BLANKS = "FALSE, '', '', ''"


@pytest.fixture
def phone(agent):
    DailySends.objects.all().delete()
    return PhoneAuthenticator.objects.get(user=agent)


def a_text(phone, at=NOW):
    """To a phone, or to nobody."""
    ended = {"started_at": at, "ended_at": at, "outcome": Outcome.EXPIRED}
    to = Verification.objects.create(authenticator=phone, counted_as="somebody's", **ended)
    return VerificationSend.objects.create(verification=to, nth=1, channel=Channel.SMS, at=at)


def test_each_text_counts_on_its_day_and_one_to_nobody_does_not(phone):
    for at in (MIDNIGHT - SECOND, MIDNIGHT, MIDNIGHT + SECOND):
        a_text(phone, at)
        a_text(None, at)
    assert todays_sends.sent_today(MIDNIGHT - timedelta(minutes=2)) == 1
    assert todays_sends.sent_today(MIDNIGHT) == 2
    assert todays_sends.sent_today(MIDNIGHT + DAY) == 0


def test_just_before_midnight_the_texts_of_a_node_that_is_a_little_ahead_count(phone):
    a_text(phone, MIDNIGHT + SECOND)
    assert todays_sends.sent_today(MIDNIGHT - SECOND) == 1


def test_texts_that_a_clock_days_ahead_dated_take_nothing_from_todays_budget(phone):
    a_text(phone, NOW + 2 * DAY)
    assert todays_sends.sent_today(NOW) == 0


def test_texts_of_a_node_whose_clock_is_hours_behind_count_at_once(phone):
    assert todays_sends.sent_today(NOW) == 0
    a_text(phone, NOW - timedelta(hours=5))
    assert todays_sends.sent_today(NOW) == 1


def test_a_text_that_was_not_reserved_after_all_does_not_count(phone):
    with transaction.atomic():
        a_text(phone)
        transaction.set_rollback(True)
    assert todays_sends.sent_today(NOW) == 0


def test_a_text_remains_paid_for_when_its_agent_is_removed(phone):
    a_text(phone)
    Verification.objects.all().delete()
    assert todays_sends.sent_today(NOW) == 1


def test_neither_a_request_for_a_code_nor_the_budget_counts_the_days_texts(phone):
    a_text(phone)
    with CaptureQueriesContext(connection) as asked:
        assert not daily_budget.is_spent(NOW, own=False)
    assert [VerificationSend._meta.db_table in it["sql"] for it in asked] == [False]


def test_agents_who_ask_at_once_are_all_counted(transactional_db, phone):
    phones = [phone, *(an_agent(f"+120155502{nr:02d}", f"a{nr}@acme.example").numbers.get() for nr in range(7))]
    at_once([lambda it=it: asks_for_a_code(it) for it in phones])
    assert todays_sends.sent_today(NOW) == len(phones)


def asks_for_a_code(phone):
    try:
        assert sends.reserve(PhoneNumber(phone.number), Channel.SMS, NOBODY, NOW).send
    finally:
        connections.close_all()


@pytest.mark.postgresql_only
def test_a_reservation_that_hangs_before_its_commit_keeps_other_connections_waiting_for_nothing(
    transactional_db, phone
):
    later = a_text(phone).verification_id
    with transaction.atomic(), connection.cursor() as own, ExitStack() as opened:
        a_text(phone)
        others = [opened.enter_context(second_connection()) for _ in range(3)]
        other = next(it for it in others if part_of(it) != part_of(own))
        other.execute("SET lock_timeout = '1s'")
        other.execute(f"INSERT INTO otp_verificationsend {COLUMNS} SELECT '{later}', 2, 'sms', '{NOW}', {BLANKS}")
    assert todays_sends.sent_today(NOW) == 3


def part_of(cursor):
    cursor.execute(f"SELECT mod(pg_backend_pid(), {todays_sends.PARTS})")
    return cursor.fetchone()


def test_the_doctor_names_a_missing_trigger_and_migrate_counts_again(transactional_db, phone, clock):
    a_text(phone)
    todays_sends.put_away(connection)
    a_text(phone)
    a_text(None)
    assert [it.sentence for it in database.check() if it.state is State.WARNING][-1].endswith("_is_counted.")
    assert todays_sends.sent_today(NOW) == 1
    todays_sends.put_in_place()
    assert (todays_sends.missing(connection), todays_sends.sent_today(NOW)) == ([], 2)
    a_text(phone)
    assert todays_sends.sent_today(NOW) == 3


@pytest.mark.long
@pytest.mark.parametrize(("table", "column"), [("verificationsend", "prefix"), ("verification", "counted_as")])
@pytest.mark.usefixtures("transactional_db", "clock")
def test_a_later_migration_that_rebuilds_a_table_miscounts_nothing(phone, tmp_path, table, column):
    a_text(phone)
    longer = migrations.AlterField(table, column, models.CharField(max_length=200))
    with later_migration.applied(tmp_path, "otp", longer):
        a_text(phone)
        assert todays_sends.sent_today(NOW) == 2
    assert todays_sends.sent_today(NOW) == 2
