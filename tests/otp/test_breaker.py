"""The breaker: what opens it, what closes it, and who asks Verify meanwhile."""

from datetime import timedelta

import pytest

from idp.clock import CLOCKS_APART
from idp.otp import breaker
from idp.otp.breaker import FAILURES, PROBE_EVERY, WINDOW
from idp.otp.gateway import Failure
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


def fail(times=FAILURES, failure=Failure.UNAVAILABLE, at=NOW):
    for _ in range(times):
        breaker.note_failure(failure, at)


def test_the_breaker_is_closed_if_nothing_has_failed():
    assert breaker.reason() == ""
    assert not breaker.take_probe(NOW)


def test_several_failures_in_a_short_time_open_it():
    fail(FAILURES - 1)
    assert breaker.reason() == ""
    fail(1, at=NOW + WINDOW - TICK)
    assert breaker.reason() == "unavailable"


def test_failures_far_apart_do_not():
    fail(FAILURES - 1)
    fail(FAILURES - 1, at=NOW + WINDOW)
    assert breaker.reason() == ""


def test_wrong_credentials_open_it_at_once():
    fail(1, Failure.MISCONFIGURED)
    assert breaker.reason() == "misconfigured"


def test_the_first_reason_stays_while_it_is_open():
    fail(1, Failure.MISCONFIGURED)
    fail()
    assert breaker.reason() == "misconfigured"


def test_a_success_closes_it_and_forgets():
    fail()
    breaker.note_success()
    fail(FAILURES - 1, at=NOW + TICK)
    assert breaker.reason() == ""


def test_one_asks_verify_about_itself_every_so_often():
    fail()
    assert not breaker.take_probe(NOW + PROBE_EVERY - TICK)
    assert breaker.take_probe(NOW + PROBE_EVERY)
    assert not breaker.take_probe(NOW + PROBE_EVERY)
    assert breaker.take_probe(NOW + 2 * PROBE_EVERY)


def test_workers_whose_clocks_differ_a_little_share_the_probes():
    fail()
    assert breaker.take_probe(NOW + PROBE_EVERY + CLOCKS_APART)
    assert not breaker.take_probe(NOW + PROBE_EVERY)


def test_a_worker_whose_clock_was_an_hour_ahead_does_not_keep_others_from_asking_verify():
    fail()
    assert breaker.take_probe(NOW + timedelta(hours=1))
    assert breaker.take_probe(NOW + PROBE_EVERY)
    assert not breaker.take_probe(NOW + PROBE_EVERY)


def test_a_success_writes_nothing_where_nothing_failed(django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        breaker.note_success()
    assert "UPDATE" in queries[0]["sql"]


def test_failures_of_a_worker_whose_clock_was_an_hour_ahead_do_not_add_up_with_those_of_an_hour():
    fail(1, at=NOW + timedelta(hours=1))
    fail(FAILURES - 2)
    fail(1, at=NOW + WINDOW)
    assert breaker.reason() == ""
