"""How many devices are signed in and how many agents there are: the database counts along, whoever writes."""

from datetime import timedelta

import pytest
from django.db import connection, connections, migrations, models
from django.test.utils import CaptureQueriesContext

from idp.agents import counts
from idp.agents.models import Agent, AgentCount, AgentKind, Device, DeviceCount, Kind, Reason
from idp.sql import row_counts
from idp.web.checkup import database
from idp.web.checkup.finding import State
from tests import later_migration
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE, MAC, a_device
from tests.races.concurrent import at_once

pytestmark = pytest.mark.each_database

LATER = NOW + timedelta(hours=1)


def counted():
    return {kind: of for kind, of in counts.active_devices().items() if of}


def ended(devices):
    return devices.update(revoked_at=LATER, reason=Reason.OPERATOR)


@pytest.fixture(autouse=True)
def nothing_before(db):
    DeviceCount.objects.all().delete()
    AgentCount.objects.all().delete()


def test_devices_are_counted_as_they_come_and_as_they_end(agent, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"phones_per_agent": 2})
    phones = [a_device(agent, IPHONE), a_device(agent, IPHONE)]
    a_device(agent, MAC)
    assert counted() == {Kind.MOBILE: 2, Kind.DESKTOP: 1}
    assert ended(Device.objects.filter(pk=phones[0].pk)) == 1
    assert counted() == {Kind.MOBILE: 1, Kind.DESKTOP: 1}


def test_one_that_is_replaced_and_one_that_is_removed_count_no_more(agent):
    a_device(agent, IPHONE)
    a_device(agent, IPHONE)
    assert counted() == {Kind.MOBILE: 1}
    Device.objects.all().delete()
    assert counted() == {}


def test_a_computer_that_is_known_for_a_phone_at_its_next_code_counts_as_one(agent):
    computer = a_device(agent, MAC)
    Device.objects.filter(pk=computer.pk).update(kind=Kind.MOBILE, slot=1)
    assert counted() == {Kind.MOBILE: 1}


def test_a_silent_sign_in_writes_no_count(agent):
    device = a_device(agent, MAC)
    before = DeviceCount.objects.count()
    Device.objects.filter(pk=device.pk).update(last_seen_at=LATER, generation=2)
    device.save()
    assert DeviceCount.objects.count() == before


def test_many_changes_are_put_together_and_say_the_same(agent, monkeypatch):
    monkeypatch.setattr(row_counts, "FEW", 4)
    monkeypatch.setattr(row_counts, "ADDED_UP_AT_ONCE", 3)
    for _ in range(4):
        a_device(agent, IPHONE)
    before = counted()
    assert DeviceCount.objects.count() == 7  # one began, three took another's place
    assert counts.DEVICES.put_together() == 4
    assert (counted(), DeviceCount.objects.count()) == (before, 3)


def test_active_devices_are_counted_without_reading_their_table(agent):
    a_device(agent, IPHONE)
    with CaptureQueriesContext(connection) as asked:
        assert counts.active_devices()[Kind.MOBILE] == 1
    assert [Device._meta.db_table + '"' in it["sql"] for it in asked] == [False]


def test_two_that_put_together_at_once_count_nothing_twice(transactional_db, agent, monkeypatch):
    monkeypatch.setattr(row_counts, "FEW", 2)
    monkeypatch.setattr(row_counts, "ADDED_UP_AT_ONCE", 3)
    for _ in range(8):
        a_device(agent, MAC)
    at_once([a_run] * 3)
    assert counted() == {Kind.DESKTOP: 8}
    assert DeviceCount.objects.count() < 8


def a_run():
    try:
        counts.DEVICES.put_together()
    finally:
        connections.close_all()


def test_the_doctor_names_a_missing_trigger_and_migrate_counts_again(transactional_db, agent):
    name, of = counts.DEVICES.names["insert"], "" if connection.vendor == "sqlite" else " ON agents_device"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{of}")
    a_device(agent, IPHONE)
    assert [it.sentence for it in database.check() if it.state is State.WARNING][-1].endswith(f"Missing: {name}.")
    counts.put_in_place()
    assert (counts.missing(connection), counted()) == ([], {Kind.MOBILE: 1})


def counted_agents():
    return +counts.AGENTS.now()


def test_agents_are_counted_as_they_come_and_go_and_are_switched_off(agent):
    assert counted_agents() == {AgentKind.ACTIVE: 1}
    second = an_agent("+12015550188", "second@acme.example")
    Agent.objects.filter(pk=agent.pk).update(is_active=False)
    assert counted_agents() == {AgentKind.ACTIVE: 1, AgentKind.INACTIVE: 1}
    second.delete()
    assert counted_agents() == {AgentKind.INACTIVE: 1}


def test_operators_do_not_count_as_agents(agent):
    Agent.objects.filter(pk=agent.pk).update(is_staff=True)
    assert counted_agents() == {}
    Agent.objects.filter(pk=agent.pk).update(is_staff=False)
    assert counted_agents() == {AgentKind.ACTIVE: 1}


def test_a_sign_in_of_an_agent_writes_no_count(agent):
    before = AgentCount.objects.count()
    agent.last_login, agent.full_name = LATER, "Somebody Else"
    agent.save()
    assert AgentCount.objects.count() == before


@pytest.mark.long
@pytest.mark.parametrize(("table", "column"), [("device", "label"), ("devicecount", "kind")])
def test_a_later_migration_that_rebuilds_a_table_miscounts_nothing(transactional_db, agent, tmp_path, table, column):
    a_device(agent, IPHONE)
    longer = migrations.AlterField(table, column, models.CharField(max_length=200))
    with later_migration.applied(tmp_path, "agents", longer):
        a_device(agent, MAC)
        assert counted() == {Kind.MOBILE: 1, Kind.DESKTOP: 1}
    assert counted() == {Kind.MOBILE: 1, Kind.DESKTOP: 1}
