"""Connections to the database: enough for all waiting requests, and no dead ones."""

import runpy
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import CharField

from idp.agents import device_rows
from idp.agents.models import Agent, Device
from idp.conf import ROOT
from idp.login.codes import sending
from idp.login.flow.transactions import in_transaction
from idp.sql.prepared import Slot, Update
from tests import database
from tests.devices import a_phone
from tests.races.concurrent import at_once
from tests.races.installation import on_sqlite

pytestmark = pytest.mark.each_database

THREADS = runpy.run_path(f"{ROOT}/gunicorn.conf.py")["threads"]
PATIENCE = 3
RENAME = Update(Device.objects.all, label=Slot("label", CharField()))


def end_mine():
    """The same, from another thread, which leaves no connection of its own behind."""
    try:
        database.end_other_connections()
    finally:
        connection.close()


def test_each_thread_has_a_database_connection_even_if_all_wait_for_twilio(transactional_db):
    all_have_one = Barrier(THREADS + sending.WORKERS)

    def keep_one():
        try:
            Agent.objects.exists()
            all_have_one.wait(PATIENCE)
        finally:
            connection.close()

    at_once([keep_one] * all_have_one.parties)


def test_after_a_restart_of_the_database_nobody_gets_an_error(phone):
    phone.sign_in()
    database.end_other_connections()
    for _ in range(4):
        assert phone.sign_in_silently()["signed_in"]


@pytest.mark.parametrize("look", [device_rows.find, device_rows.find_and_hold])
def test_a_transaction_that_lost_its_connection_is_repeated(transactional_db, look):
    begun = []

    def step():
        device_rows.find_and_hold("a secret")
        begun.append(look)
        if begun == [look]:
            at_once([end_mine])
        return look("another")

    assert in_transaction(step) is None
    assert len(begun) == (1 if on_sqlite() else 2)


def test_work_due_at_a_commit_that_loses_its_connection_is_done_once(transactional_db, agent):
    label = [a_phone(agent).label]

    def step():
        RENAME.later(label=f"{Device.objects.get().label}, renamed")
        if len(label) == 1:
            at_once([end_mine])
        label.append(label[0])

    in_transaction(step)
    assert Device.objects.get().label == f"{label[0]}, renamed"
    assert len(label) == (2 if on_sqlite() else 3)
