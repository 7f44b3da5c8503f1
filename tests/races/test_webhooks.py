"""Senders that overlap or are killed, and transactions that commit out of order: no message is lost."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, connections, models, transaction

from idp import clock
from idp.agents import devices
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.conf import ROOT
from idp.webhooks import sending
from idp.webhooks.models import Delivery, State, Webhook
from idp.webhooks.reading import SETTLING
from tests import tables
from tests.conftest import an_agent
from tests.devices import IPHONE
from tests.webhooks.receiver import a_webhook, receiving

LATER = SETTLING + timedelta(seconds=1)


@pytest.fixture
def receiver(transactional_db):
    with receiving() as served:
        a_webhook(served)
        yield served


@pytest.fixture
def phone(transactional_db):
    return devices.enrol(an_agent(), IPHONE, None, clock.now()).device


def signs_in(phone, reference):
    origin = Origin(None, "", reference)
    return events.record(Kind.SIGNED_IN, origin, clock.now(), agent=phone.agent, device=phone)


def send(after=LATER):
    return list(sending.send_due(lambda: clock.now() + after))


def test_of_two_simultaneous_senders_one_sends(receiver, phone):
    others = []

    def meanwhile(it):
        others.append(send())
        connections.close_all()
        it.say(204)

    receiver.answers = [meanwhile]
    signs_in(phone, "AAAAA-11111")
    assert len(send()) == 1
    assert (others, receiver.references) == ([[]], ["AAAAA-11111"])


def test_a_sender_that_paused_too_long_sends_no_further_message(receiver, phone):
    """Another took over in its absence; the message it was about arrives twice, under one id."""

    def meanwhile(it):
        assert [one.state for one in send(after=LATER + sending.HOLD)] == [State.DELIVERED] * 2
        connections.close_all()
        it.say(204)

    receiver.answers = [meanwhile]
    signs_in(phone, "AAAAA-11111")
    signs_in(phone, "BBBBB-22222")
    assert len(send()) == 1
    assert receiver.references == ["AAAAA-11111", "AAAAA-11111", "BBBBB-22222"]
    assert receiver.seen[0]["id"] == receiver.seen[1]["id"]


def test_a_sender_killed_before_it_records_a_delivery_loses_no_message(receiver, phone):
    receiver.answers = [lambda _: os.kill(sender.pid, signal.SIGKILL)]
    event = signs_in(phone, "AAAAA-11111")
    age(event)
    command = [sys.executable, "manage.py", "send_webhooks"]
    sender = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = sender.communicate(timeout=60)
    assert sender.returncode == -signal.SIGKILL, said
    assert Delivery.objects.get().state == State.WAITING
    assert send() == []  # held, until nobody has heard of its sender for a minute
    assert [it.state for it in send(after=LATER + sending.HOLD)] == [State.DELIVERED]
    assert receiver.seen[0] == receiver.seen[1]


def age(event):
    """Make a line of the trail a little older than it is, so that nobody has to wait; the trail itself refuses."""
    with tables.unguarded():
        models.QuerySet(LoginEvent).filter(pk=event.pk).update(at=event.at - LATER)


def environment():
    """The environment of another process that works on the database of this test."""
    its = connection.settings_dict
    if connection.vendor == "sqlite":
        return {**os.environ, "DATABASE_URL": f"sqlite:///{its['NAME']}"}
    login = f"{its['USER']}:{its['PASSWORD']}@{its['HOST']}:{its['PORT']}"
    return {**os.environ, "DATABASE_URL": f"postgres://{login}/{its['NAME']}"}


def test_a_webhook_removed_during_a_delivery_stops_no_sender(receiver, phone):
    def remove(it):
        Webhook.objects.all().delete()
        connections.close_all()
        it.say(204)

    receiver.answers = [remove]
    signs_in(phone, "AAAAA-11111")
    signs_in(phone, "BBBBB-22222")
    assert len(send()) == 1
    assert not Delivery.objects.exists()


# Numbers that become visible out of order


def test_a_transaction_that_commits_after_a_later_one_is_not_skipped(receiver, phone):
    """On PostgreSQL the two really overlap; on SQLite the file's lock leaves no room for that."""
    written, go_on = Event(), Event()

    def slow():
        with transaction.atomic():
            signs_in(phone, "SLOWW-11111")
            written.set()
            go_on.wait(10)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        way = pool.submit(slow)
        assert written.wait(10)
        if connection.vendor == "postgresql":
            signs_in(phone, "QUICK-22222")
            send()
            assert receiver.references == ["QUICK-22222"]
        go_on.set()
        way.result()
    send()
    assert receiver.references[-1] == "SLOWW-11111"


def test_an_entry_with_a_lower_number_that_appears_later_is_not_skipped(receiver, phone):
    quick = signs_in(phone, "QUICK-22222")
    send()
    low = LoginEvent(pk=quick.pk - 1, at=clock.now(), kind=Kind.SIGNED_IN, reference="SLOWW-11111")
    low.agent, low.device = phone.agent, phone
    models.Model.save_base(low, force_insert=True)
    send()
    send()
    assert receiver.references == ["QUICK-22222", "SLOWW-11111"]


def test_the_newest_entries_wait_until_earlier_ones_must_be_committed(receiver, phone):
    signs_in(phone, "AAAAA-11111")
    assert send(after=timedelta(0)) == []
    assert len(send()) == 1
