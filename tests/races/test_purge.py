"""A purge during another purge, and while people sign in."""

from datetime import timedelta

import pytest
from django.db import connections

from idp import clock as clocks
from idp.conf import retention
from idp.web.models import OperatorTry
from idp.web.retention import purge
from tests.phone import NUMBER
from tests.races.concurrent import at_once

ROWS = 400


@pytest.fixture
def old_rows(monkeypatch):
    monkeypatch.setattr(purge, "PURGED_AT_ONCE", 10)
    old = clocks.now() - timedelta(days=9)
    OperatorTry.objects.bulk_create(OperatorTry(at=old, account="x") for _ in range(ROWS))


def run():
    """Purge in a thread of its own; returns how many rows went, None where it failed."""
    try:
        done = list(purge.run(retention.days({}), clocks.now()))
    finally:
        connections.close_all()
    assert all(it.rows is not None for it in done)
    return sum(it.rows for it in done)


def test_two_simultaneous_purges_count_each_row_once(transactional_db, old_rows):
    assert sum(at_once([run, run])) == ROWS
    run()
    assert not OperatorTry.objects.exists()


def test_agents_sign_in_during_a_purge(phone, old_rows):
    browsers = [phone.like() for _ in range(3)]
    numbers = [NUMBER, "+12015550102", "+12015550103"]
    acts = [lambda it=it, number=number: it.sign_in(number) for it, number in zip(browsers, numbers, strict=True)]
    *told, _ = at_once([*acts, run])
    assert all(it["signed_in"] for it in told)
    assert not OperatorTry.objects.exists()
