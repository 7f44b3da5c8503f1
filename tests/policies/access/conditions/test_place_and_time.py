"""Networks and windows of time."""

from datetime import UTC, datetime, time

import pytest

from idp.policies.access.conditions import Answer, MomentWithin, NetworkIn, Weekday
from idp.policies.access.facts import Facts, known
from tests.policies.access.conditions.each import NO, UNKNOWN, YES


def test_a_block_of_ipv4_may_be_written_as_one_of_ipv6():
    office = NetworkIn(frozenset({"::ffff:192.0.2.0/120"}))
    assert [office.ask(Facts(network=frozenset({it}))) for it in ("192.0.2.9", "192.0.3.9", "2001:db8::1")] == [
        YES,
        NO,
        NO,
    ]


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("192.0.2.9", YES),
        ("::ffff:192.0.2.9", YES),
        ("198.51.100.1", NO),
        ("2001:db8::1", YES),
        (None, UNKNOWN),
    ],
)
def test_a_condition_tells_whether_an_address_is_in_a_block(address, answer):
    blocks = NetworkIn(frozenset({"192.0.2.0/24", "2001:db8::/32"}))

    assert blocks.ask(Facts(network=known(address))) is answer
    assert blocks.ask(Facts()) is Answer.LATER


OFFICE = (frozenset({Weekday.MONDAY}), time(8), time(18), "Europe/Madrid")
NIGHT = (frozenset({Weekday.MONDAY}), time(22), time(6), "Europe/Madrid")
WHOLE_DAY = (frozenset({Weekday.MONDAY}), time(8), time(8), "Europe/Madrid")


@pytest.mark.parametrize(
    ("window", "utc", "answer"),
    [
        (OFFICE, "2026-11-23T07:00", YES),  # Monday 08:00 in Madrid
        (OFFICE, "2026-11-23T06:59", NO),
        (OFFICE, "2026-11-23T17:00", NO),  # 18:00: the end belongs to it no more
        (OFFICE, "2026-11-24T10:00", NO),  # Tuesday
        (OFFICE, "2026-07-06T06:00", YES),  # in summer 08:00 is an hour earlier
        (NIGHT, "2026-11-23T21:00", YES),
        (NIGHT, "2026-11-24T04:59", YES),  # Tuesday morning belongs to Monday's night
        (NIGHT, "2026-11-24T05:00", NO),
        (NIGHT, "2026-11-23T04:00", NO),  # Monday morning belongs to Sunday's
        (WHOLE_DAY, "2026-11-23T06:59", NO),
        (WHOLE_DAY, "2026-11-23T07:00", YES),
        (WHOLE_DAY, "2026-11-24T06:59", YES),
        (WHOLE_DAY, "2026-11-24T07:00", NO),
    ],
)
def test_a_window_is_judged_in_its_own_zone(window, utc, answer):
    facts = Facts(moment=known(datetime.fromisoformat(utc).replace(tzinfo=UTC)))

    assert MomentWithin(*window).ask(facts) is answer
    assert MomentWithin(*window, outside=True).ask(facts) is {YES: NO, NO: YES}[answer]
