"""The trail in figures: what is kept hour by hour says the same as counting every line, whenever lines come."""

from collections import Counter
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.audit.models import CountedHour, Figure, HourlyCount, HourlyTotal, Kind, LoginEvent
from idp.audit.statistics import counting, hourly, rule_counts
from idp.audit.statistics.counting import Tally
from idp.audit.statistics.hourly import Summed
from idp.audit.statistics.hours import hour_of
from tests import tables
from tests.conftest import NOW
from tests.devices import IPHONE, PIXEL, a_device
from tests.races.concurrent import at_once

pytestmark = pytest.mark.each_database

BEGIN = NOW - timedelta(hours=6)
HOURS = range(hour_of(BEGIN), hour_of(NOW) + 1)
SHORT = 10
EVENT = st.fixed_dictionaries(
    {
        "minute": st.integers(0, 6 * 60 - 1),
        "late": st.integers(0, 55),
        "kind": st.sampled_from([Kind.CODE_SENT, Kind.CODE_NOT_SENT, Kind.SIGNED_IN, Kind.PROVED, Kind.REFUSED]),
        "method": st.sampled_from(["code", "session", "passkey"]),
        "service": st.sampled_from(["flex", "rota"]),
        "decided_by": st.sampled_from(["default", "rule"]),
        "who": st.integers(0, 1),
    }
)


def an_event(at, kind=Kind.SIGNED_IN, **fields):
    return LoginEvent(at=at, kind=kind, reference="7KQ2M-9TX4D", **{"service": "flex", **fields})


def write(*events):
    QuerySet(LoginEvent).bulk_create(events)


def summed(cells):
    """Counted cells as `read` adds them up."""
    sums = Counter()
    for cell, of in cells.items():
        sums[Summed(cell.hour, cell.figure, cell.of)] += of.count
    return sums


@pytest.fixture
def short_reach(monkeypatch):
    monkeypatch.setattr(hourly, "REACH", SHORT)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(EVENT, max_size=12))
def test_stored_counts_equal_those_of_all_lines_even_if_lines_come_late(history, agent, short_reach):
    agents = [agent.pk, None]
    with transaction.atomic():
        for it in sorted(history, key=lambda it: it["minute"] + it["late"]):
            at = BEGIN + timedelta(minutes=it["minute"])
            told = {name: it[name] for name in ("kind", "method", "service", "decided_by")}
            write(an_event(at, agent_id=agents[it["who"]], judged={"platform": ["ios"]}, **told))
            hourly.count_all(at + timedelta(minutes=it["late"]))
        hourly.count_all(NOW)
        assert hourly.read(HOURS, NOW) == summed(counting.count(HOURS))
        rota = {cell: of for cell, of in counting.count(HOURS).items() if cell.service == "rota"}
        assert hourly.read(HOURS, NOW, service="rota") == summed(rota)
        transaction.set_rollback(True)


def test_an_hour_is_kept_when_it_has_been_over_for_an_hour_and_never_changes(db, short_reach):
    write(an_event(NOW - timedelta(minutes=30)))
    hourly.count_all(NOW + timedelta(minutes=59))
    assert not HourlyCount.objects.exists()
    hourly.count_all(NOW + timedelta(hours=1))
    kept = list(HourlyCount.objects.values())
    assert {it["hour_id"] for it in kept} == {hour_of(NOW) - 1}
    assert hourly.count_all(NOW + timedelta(hours=1)) == 0
    assert list(HourlyCount.objects.values()) == kept


def test_hours_that_a_clock_ahead_counted_too_early_are_counted_again_in_the_night(db, short_reach):
    hourly.count_all(NOW + timedelta(hours=4))
    write(an_event(NOW + timedelta(minutes=30)))
    night = NOW + timedelta(hours=7)
    hourly.count_all(night)
    assert not HourlyCount.objects.exists()
    hourly.count_again(night)
    assert hourly.read(range(hour_of(NOW), hour_of(NOW) + 1), night)[Summed(hour_of(NOW), Figure.SIGNED_IN, "")] == 1
    assert hourly.settled_uncounted(night) == []


def test_figures_stay_when_the_trail_is_purged(db, short_reach):
    write(*(an_event(NOW - timedelta(hours=5), decided_by="default") for _ in range(3)))
    hourly.count_all(NOW)
    with tables.unguarded():
        QuerySet(LoginEvent).all()._raw_delete("default")
    assert hourly.read(HOURS, NOW)[Summed(hour_of(NOW) - 5, Figure.SIGNED_IN, "")] == 3
    assert rule_counts.counts(NOW)["default"].on_week == 3


def test_figures_of_all_services_read_no_row_of_any_service(db, short_reach):
    write(*(an_event(NOW - timedelta(hours=5), service=it, decided_by="default") for it in ("flex", "rota", "rota")))
    hourly.count_all(NOW)
    HourlyCount.objects.all().delete()
    assert hourly.read(HOURS, NOW)[Summed(hour_of(NOW) - 5, Figure.SIGNED_IN, "")] == 3
    assert rule_counts.counts(NOW)["default"].on_week == 3
    assert not HourlyTotal.objects.exclude(hour=hour_of(NOW) - 5).exists()


def test_hours_that_the_version_before_counted_are_added_up_by_the_migration(db, short_reach):
    write(*(an_event(NOW - timedelta(hours=it), service=of) for it, of in ((4, "flex"), (5, "flex"), (5, "rota"))))
    hourly.count_all(NOW)
    columns = ("hour", "figure", "of", "count", "last_at")
    kept = sorted(HourlyTotal.objects.values_list(*columns))
    HourlyTotal.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("idp.audit.migrations.0002_hourly_totals").ADD_UP)
    assert sorted(HourlyTotal.objects.values_list(*columns)) == kept != []


def test_hours_are_added_up_over_longer_stretches(db, short_reach):
    write(*(an_event(NOW - timedelta(hours=it), method="token") for it in (1, 3, 4, 5)))
    hourly.count_all(NOW)
    found = hourly.read(HOURS, NOW, step=24)
    assert found[Summed(hour_of(NOW) // 24, Figure.SIGNED_IN, "token")] == 4


def test_rules_are_counted_once_whether_their_hours_are_kept_or_not(db, short_reach):
    rule = str(uuid4())
    write(*(an_event(NOW - timedelta(hours=it), decided_by=rule) for it in range(1, 9)))
    before = rule_counts.counts(NOW)
    hourly.store_counts(range(hour_of(NOW) - 6, hour_of(NOW) - 3))
    assert rule_counts.counts(NOW) == before
    assert before[rule].on_month == 8


def test_a_code_is_followed_from_the_first_text_to_the_right_code(agent, short_reach):
    def happens(seconds, kind, **fields):
        write(an_event(BEGIN + timedelta(seconds=seconds), kind, agent=agent, **fields))

    happens(0, Kind.CODE_NOT_SENT, detail="sms: unavailable")
    happens(60, Kind.CODE_SENT, detail="sms: sent")
    happens(90, Kind.CODE_SENT, detail="call: sent")
    happens(95, Kind.PROVED, method="code")
    happens(96, Kind.SIGNED_IN, method="code")  # an app comes for it
    happens(3000, Kind.CODE_SENT, detail="sms: sent")
    found = Counter({(it.figure, it.of): of.count for it, of in counting.count(HOURS).items()})
    assert (found["asked", ""], found["sent", ""], found["right", ""]) == (2, 2, 1)
    assert (found["texted", "sms"], found["texted", "call"], found["waited", "40"]) == (2, 1, 1)


def test_a_phone_in_the_place_of_one_just_like_it_has_forgotten_its_sign_in(agent):
    first = a_device(agent, IPHONE)
    other = a_device(agent, PIXEL)
    a_device(agent, PIXEL)
    for ended in (first, other):
        write(an_event(NOW, Kind.DEVICE_ENDED, agent=agent, device=ended, detail="replaced"))
    assert counting.count(range(hour_of(NOW), hour_of(NOW) + 1)) == {
        (hour_of(NOW), "flex", Figure.FORGOTTEN, ""): Tally(1, NOW)
    }


@pytest.mark.parametrize(
    ("judged", "platform", "browser"),
    [
        pytest.param({"platform": ["ios"], "browser": ["Safari"]}, "ios", "Safari", id="known"),
        pytest.param({"platform": ["ipados", "macos"]}, "ipados|macos", "", id="either"),
        pytest.param({"platform": {"later": ["macos"]}, "browser": []}, "macos", "", id="not told"),
        pytest.param({}, "", "", id="nothing"),
        pytest.param({"platform": "?", "browser": ["x" * 99]}, "", "x" * 64, id="unreadable, and far too long"),
    ],
)
def test_platforms_and_browsers_are_counted_as_they_were_judged(db, judged, platform, browser):
    write(an_event(NOW, judged=judged))
    found = {it.figure: it.of for it in counting.count(range(hour_of(NOW), hour_of(NOW) + 1))}
    assert (found["platform"], found["browser"]) == (platform, browser)


def test_processes_that_count_at_once_count_each_hour_once(transactional_db, short_reach):
    write(*(an_event(NOW - timedelta(minutes=it), method="code") for it in range(0, 600, 7)))

    def run():
        try:
            return hourly.count_all(NOW)
        finally:
            connections.close_all()

    assert sum(at_once([run] * 4)) == SHORT - 2 == CountedHour.objects.count()
    assert hourly.read(HOURS, NOW) == summed(counting.count(HOURS))


@pytest.mark.parametrize("table", [HourlyCount, HourlyTotal])
@pytest.mark.parametrize("wrong", [{"count": 0}, {"figure": "charm"}, {"of": ""}])
def test_the_table_refuses_what_cannot_have_been_counted(db, table, wrong):
    CountedHour.objects.create(number=1)
    row = {"hour_id": 1, "figure": Figure.RIGHT, "count": 1, "last_at": NOW}
    table.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        table.objects.create(**{**row, "of": "other", **wrong})
