"""Who is put on the safe list, who leaves it, and how many requests a minute that takes. Without Twilio."""

from datetime import timedelta

import pytest

from idp.agents.models import Agent
from idp.otp import numbers
from idp.otp.models import PhoneAuthenticator, SafeListing
from idp.otp.safe_list import listings
from idp.otp.safe_list.listings import Preview
from idp.otp.safe_list.provider import Reply, Verdict
from tests.conftest import NOW, an_agent

MINUTE = timedelta(minutes=1)
DONE = Reply(Verdict.DONE)


def people(count):
    return [an_agent(f"+120155501{n:02}", f"agent{n}@acme.example") for n in range(count)]


def run(reply=DONE, now=NOW):
    """Answer everything that is due alike, and return which numbers that was."""
    asked = []
    while (row := listings.take_due(now)) is not None:
        listings.note(row, reply, now)
        asked.append((row.number[-2:], row.wanted))
    return asked


@pytest.fixture
def ana(db):
    return an_agent()


@pytest.fixture
def listed(ana):
    listings.ask(NOW)
    run()
    return SafeListing.objects.get()


def test_only_confirmed_numbers_of_agents_who_are_switched_on_are_asked_for(ana):
    an_agent("+12015550102", "off@acme.example", is_active=False)
    PhoneAuthenticator.objects.filter(user=an_agent("+12015550103", "b@acme.example")).update(confirmed=False)
    assert listings.preview() == Preview(new=1, listed=0, under_way=0, leaving=0, without_number=0)
    assert listings.ask(NOW) == 1
    assert run() == [("01", True)]


def test_some_agents_can_be_chosen_and_those_without_a_number_are_named(ana):
    bo = an_agent("+12015550102", "bo@acme.example", is_active=False)
    chosen = Agent.objects.filter(pk__in=[ana.pk, bo.pk])
    assert listings.preview(chosen).without_number == 1
    assert listings.ask(NOW, chosen) == 1


def test_asking_again_asks_for_nothing_that_is_listed_or_under_way(listed):
    assert listings.ask(NOW) == 0
    people(1)
    assert listings.preview() == Preview(new=1, listed=1, under_way=0, leaving=0, without_number=0)
    assert (listings.ask(NOW), listings.ask(NOW)) == (1, 0)
    assert listings.preview().under_way == 1


def test_the_number_of_a_switched_off_agent_is_taken_off(ana, listed):
    Agent.objects.update(is_active=False)
    assert listings.preview().leaving == 1
    assert listings.let_go(NOW) == 1
    assert run() == [("01", False)]
    listed.refresh_from_db()
    assert (listed.listed_at, listed.due_at) == (None, None)


def test_a_change_of_somebody_looks_at_nothing_but_theirs(ana, listed):
    bo = an_agent("+12015550102", "bo@acme.example")
    Agent.objects.filter(pk=ana.pk).update(is_active=False)
    assert listings.let_go(NOW, [bo.pk]) == 0
    assert listings.let_go(NOW, [ana.pk]) == 1


def test_a_listed_number_that_went_to_somebody_who_is_switched_off_leaves_too(ana, listed):
    bo = an_agent("+12015550102", "bo@acme.example")
    PhoneAuthenticator.objects.filter(user=ana).delete()
    PhoneAuthenticator.objects.filter(user=bo).update(number=listed.number)
    assert listings.let_go(NOW, [bo.pk]) == 0
    Agent.objects.filter(pk=bo.pk).update(is_active=False)
    assert listings.let_go(NOW, [bo.pk]) == 1


def test_another_number_takes_the_place_of_a_listed_one(ana, listed):
    numbers.give(ana, "+12015550188", NOW)
    listings.let_go(NOW)
    assert sorted(run()) == [("01", False), ("88", True)]


def test_an_agent_who_comes_back_in_time_stays_on_the_list(ana, listed):
    Agent.objects.update(is_active=False)
    listings.let_go(NOW)
    Agent.objects.update(is_active=True)
    assert listings.ask(NOW) == 1
    assert run() == [("01", True)]


def test_a_number_that_was_never_sent_to_twilio_is_deleted_at_once(ana):
    listings.ask(NOW)
    Agent.objects.update(is_active=False)
    listings.let_go(NOW)
    assert SafeListing.objects.count() == 0


def test_a_removed_number_is_deleted_after_thirty_days(ana, listed):
    Agent.objects.update(is_active=False)
    listings.let_go(NOW)
    run()
    listings.let_go(NOW + timedelta(days=29))
    assert SafeListing.objects.count() == 1
    listings.let_go(NOW + timedelta(days=31))
    assert SafeListing.objects.count() == 0


def test_a_minute_holds_thirty_requests_and_the_next_one_goes_on(db):
    people(40)
    listings.ask(NOW)
    assert len(run()) == 30
    assert len(run(now=NOW + timedelta(seconds=59))) == 0
    assert len(run(now=NOW + MINUTE)) == 10


def test_a_refused_number_waits_for_somebody_who_asks_again(ana):
    listings.ask(NOW)
    run(Reply(Verdict.REFUSED, 60200))
    row = SafeListing.objects.get()
    assert (row.verdict, row.code, row.due_at, row.listed_at) == ("refused", 60200, None, None)
    assert listings.preview().new == 1
    assert listings.again(NOW) == 1
    assert run(now=NOW + MINUTE) == [("01", True)]


@pytest.mark.parametrize(
    ("verdict", "pause"),
    [(Verdict.BUSY, MINUTE), (Verdict.CLOSED, timedelta(hours=1)), (Verdict.MISCONFIGURED, timedelta(hours=1))],
)
def test_an_error_that_concerns_all_numbers_makes_all_of_them_wait(db, verdict, pause):
    people(3)
    listings.ask(NOW)
    assert len(run(Reply(verdict, 1))) == 1
    assert set(SafeListing.objects.values_list("due_at", flat=True)) == {NOW + pause}


def test_a_number_without_an_answer_is_asked_about_ever_more_seldom_and_holds_up_nobody(db):
    people(2)
    listings.ask(NOW)
    row = listings.take_due(NOW)
    listings.note(row, Reply(Verdict.LATER), NOW)
    row.refresh_from_db()
    assert row.due_at == NOW + 2 * MINUTE
    assert run() == [({"00": "01", "01": "00"}[row.number[-2:]], True)]  # whichever of them came first


def test_a_request_that_died_half_way_is_made_again_after_a_while(ana):
    listings.ask(NOW)
    assert listings.take_due(NOW) is not None
    assert listings.again(NOW + timedelta(seconds=30)) == 0
    assert listings.take_due(NOW + MINUTE) is None
    assert run(now=NOW + listings.CLAIMED) == [("01", True)]


def test_an_agent_who_is_switched_off_during_a_request_is_still_removed(ana):
    listings.ask(NOW)
    row = listings.take_due(NOW)
    Agent.objects.update(is_active=False)
    listings.let_go(NOW)
    listings.note(row, DONE, NOW)
    assert run(now=NOW + MINUTE) == [("01", False)]


def test_a_clock_that_was_a_day_ahead_holds_up_no_number_and_uses_up_no_minute(db):
    people(30)
    listings.ask(NOW)
    assert len(run(now=NOW + timedelta(days=1))) == 30
    listings.ask(NOW + timedelta(days=1), Agent.objects.filter(pk=an_agent("+12015550199", "z@acme.example").pk))
    assert run(now=NOW) == [("99", True)]


def test_a_request_that_broke_off_while_a_clock_was_a_day_ahead_can_be_repeated_by_an_operator(ana):
    listings.ask(NOW)
    assert listings.take_due(NOW + timedelta(days=1)) is not None  # and the process died
    assert listings.again(NOW) == 1
    assert run() == [("01", True)]
