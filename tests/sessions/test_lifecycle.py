from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from idp.sessions import lifecycle
from idp.sessions.models import OpenedBy, SsoSession
from tests.conftest import NOW
from tests.devices import a_desktop, a_phone

pytestmark = pytest.mark.each_database

HOUR = timedelta(hours=1)


@pytest.fixture
def desktop(agent):
    return a_desktop(agent)


def opened(device, now=NOW, by=OpenedBy.CODE):
    return lifecycle.open_session(device, by, now)


def fresh(session):
    return SsoSession.objects.get(pk=session.pk)


def test_a_session_opens_with_the_instant_of_the_code_and_its_own(desktop):
    session, _ = opened(desktop, NOW + HOUR, OpenedBy.TOKEN)
    assert (session.authenticated_at, session.opened_at, session.last_seen_at) == (NOW, NOW + HOUR, NOW + HOUR)
    assert (session.opened_by, session.ended_at, session.reason) == (OpenedBy.TOKEN, None, "")


def test_on_a_computer_a_secret_proves_the_session_and_only_its_hash_is_kept(desktop):
    session, secret = opened(desktop)
    assert lifecycle.proves(session, secret)
    assert len(secret) >= 43
    assert secret not in " ".join(map(str, SsoSession.objects.values_list().get()))


def test_on_a_remembered_phone_no_secret_proves_it(agent):
    session, secret = opened(a_phone(agent))
    assert secret is None
    assert session.secret_hash == ""
    assert not lifecycle.proves(session, "")


@pytest.mark.parametrize("shown", ["", None, "x", "é" * 200], ids=ascii)
def test_anything_else_proves_nothing(desktop, shown):
    session, _ = opened(desktop)
    assert not lifecycle.proves(session, shown)
    assert not lifecycle.proves(None, shown)


def test_the_secret_of_the_session_before_proves_nothing(desktop):
    _, before = opened(desktop)
    session, after = opened(desktop, NOW + HOUR)
    assert before != after
    assert not lifecycle.proves(session, before)


def test_a_secret_that_got_lost_is_void_once_it_is_renewed(desktop):
    session, lost = opened(desktop)
    secret = lifecycle.renew_secret(session)
    assert lifecycle.proves(fresh(session), secret)
    assert not lifecycle.proves(fresh(session), lost)


def test_on_a_remembered_phone_there_is_no_secret_to_renew(agent):
    session, _ = opened(a_phone(agent))
    assert lifecycle.renew_secret(session) is None
    assert fresh(session).secret_hash == ""


def test_opening_another_session_ends_the_one_before(desktop):
    first, _ = opened(desktop)
    second, _ = opened(desktop, NOW + HOUR)
    assert (fresh(first).ended_at, fresh(first).reason) == (NOW + HOUR, lifecycle.FOLLOWED)
    assert lifecycle.find(desktop) == second


def test_indexes_are_distinct_and_fit_an_xml_id(desktop):
    indexes = {opened(desktop)[0].index for _ in range(50)}
    assert len(indexes) == 50
    assert all(index[0] == "_" and len(index) == 33 for index in indexes)


def test_ending_ends_the_open_sessions_of_those_devices_and_no_others(agent):
    here, there = a_phone(agent), a_desktop(agent)
    ended, other = opened(here)[0], opened(there)[0]
    lifecycle.end([here.pk], "operator", NOW + HOUR)
    assert (fresh(ended).ended_at, fresh(ended).reason) == (NOW + HOUR, "operator")
    assert lifecycle.find(here) is None
    assert lifecycle.find(there) == other


def test_a_session_that_ended_stays_as_it_ended(desktop):
    session, _ = opened(desktop)
    lifecycle.end([desktop.pk], "agent", NOW + HOUR)
    lifecycle.end([desktop.pk], "operator", NOW + 2 * HOUR)
    lifecycle.touch(session, NOW + 3 * HOUR)
    kept = fresh(session)
    assert (kept.ended_at, kept.reason, kept.last_seen_at) == (NOW + HOUR, "agent", NOW)


def test_use_is_noted_and_never_goes_back(desktop):
    session, _ = opened(desktop)
    lifecycle.touch(session, NOW + HOUR)
    lifecycle.touch(session, NOW)
    assert fresh(session).last_seen_at == NOW + HOUR


def test_use_leaves_opening_and_code_as_they_were(desktop):
    session, _ = opened(desktop)
    lifecycle.touch(session, NOW + HOUR)
    assert (fresh(session).opened_at, fresh(session).authenticated_at) == (NOW, NOW)


def test_a_worker_whose_clock_is_behind_ends_a_session_no_earlier_than_it_opened(desktop):
    session, _ = opened(desktop)
    lifecycle.end([desktop.pk], "operator", NOW - HOUR)
    assert fresh(session).ended_at == NOW


def a_row(device, **fields):
    plain = {"opened_by": OpenedBy.CODE, "authenticated_at": NOW, "opened_at": NOW, "last_seen_at": NOW}
    return SsoSession.objects.create(device=device, **({"index": "_1"} | plain | fields))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"last_seen_at": NOW - HOUR}, id="seen before it was opened"),
        pytest.param({"ended_at": NOW - HOUR, "reason": "agent"}, id="ended before it was opened"),
        pytest.param({"ended_at": NOW}, id="an end without a reason"),
        pytest.param({"reason": "agent"}, id="a reason without an end"),
    ],
)
def test_the_database_refuses_a_session_that_cannot_be(desktop, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(desktop, **fields)


def test_the_database_refuses_two_open_sessions_of_a_device(desktop):
    a_row(desktop)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(desktop, index="_2")
    a_row(desktop, index="_3", ended_at=NOW, reason="agent")
