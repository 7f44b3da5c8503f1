"""What counted figures say, and how they are drawn: plain values in, plain values out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from idp.audit.models import Figure
from idp.audit.statistics.hourly import Summed
from idp.audit.statistics.hours import begin_of
from idp.web.home import bars, figures, period
from idp.web.home.figures import Split
from tests.conftest import NOW

DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]


def of_codes(**counted):
    return {Summed(1, Figure(name), ""): times for name, times in counted.items()}


@pytest.mark.parametrize(
    ("part", "whole", "said"), [(0, 0, None), (0, 9, 0), (1, 1000, 1), (999, 1000, 99), (1000, 1000, 100), (1, 3, 33)]
)
def test_a_share_is_never_nothing_or_all_if_it_is_only_nearly_so(part, whole, said):
    assert figures.percent(part, whole) == said


@pytest.mark.parametrize(
    ("counted", "median", "nine_of_ten"),
    [
        pytest.param({}, None, None, id="nothing"),
        pytest.param({20: 1}, 18, 20, id="between the ends of the one step"),
        pytest.param({10: 5, 30: 5}, 10, 29, id="two steps"),
        pytest.param({10: 90, 600: 10}, 8, 10, id="few are slow"),
    ],
)
def test_seconds_are_read_from_steps(counted, median, nine_of_ten):
    assert (figures.quantile(counted, 0.5), figures.quantile(counted, 0.9)) == (median, nine_of_ten)


def test_sign_ins_are_split_by_whether_the_agent_gave_a_new_proof():
    counted = {
        Summed(7, Figure.SIGNED_IN, "session"): 5,
        Summed(7, Figure.SIGNED_IN, "token"): 2,
        Summed(7, Figure.SIGNED_IN, "passkey"): 1,
        Summed(8, Figure.REFUSED, "default"): 3,
        Summed(8, Figure.PLATFORM, "ios"): 9,
    }
    assert figures.split(counted, range(7, 10)) == [Split(7, 1, 0), Split(0, 0, 3), Split()]


def test_platforms_are_named_in_words_and_rare_ones_summed_up():
    named = figures.platforms({"ios": 5, "ipados|macos": 2, "": 1, "amiga": 1})
    assert named == {"iOS": 5, "iPadOS or macOS": 2, "": 1, "amiga": 1}
    lines = figures.shares({f"Browser {it}": 100 - it for it in range(12)} | {"": 3})
    assert (len(lines), lines[-1].words, lines[-1].count) == (9, "Others", 92 + 91 + 90 + 89 + 3)


@pytest.mark.parametrize(("forgotten", "right", "warned"), [(0, 9, 0), (4, 4, 0), (5, 20, 5), (5, 21, 0), (30, 40, 30)])
def test_phones_that_lose_their_cookie_are_reported_if_they_are_many(forgotten, right, warned):
    assert figures.forgetful(of_codes(forgotten=forgotten, right=right)) == warned


def test_the_cost_is_texts_by_channel_and_right_codes():
    counted = {Summed(1, Figure.TEXTED, "sms"): 10, Summed(1, Figure.TEXTED, "call"): 2, Summed(1, Figure.RIGHT, ""): 8}
    prices = {"sms": Decimal("0.01"), "approved": Decimal("0.05")}
    assert figures.cost(counted, prices) == Decimal("0.50")


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (3, 3), (7, 8), (11, 20), (225, 300), (4001, 5000)])
def test_the_axis_ends_at_a_round_number(highest, top):
    assert bars.axis_top(highest) == top


def test_segments_are_stacked_and_the_smallest_is_visible():
    plot = bars.plot(["8", "9"], [Split(50, 25, 25), Split(999, 0, 1)], [])
    assert (plot.top, plot.middle) == (1000, 500)
    assert [(it.look, it.y, it.height) for it in plot.bars[0].pieces] == [
        ("silent", 95, 5),
        ("proved", 92, 3),
        ("refused", 90, 2),
    ]
    assert plot.bars[1].pieces[-1].height == 1
    assert all(it.y >= 0 and it.y + it.height <= bars.HEIGHT for bar in plot.bars for it in bar.pieces)


@pytest.mark.parametrize(
    ("name", "begin", "first", "labels"),
    [
        ("day", NOW - timedelta(hours=23), "10:00 to 11:00", ["10:00", "16:00", "22:00", "04:00"]),
        ("week", NOW.replace(hour=0) - timedelta(days=6), "Sun 00:00 to 06:00", DAYS),
        (
            "month",
            NOW.replace(hour=0) - timedelta(days=29),
            "Fri 23 Oct",
            ["23 Oct", "29 Oct", "04 Nov", "10 Nov", "16 Nov"],
        ),
    ],
)
def test_a_period_is_cut_into_bars(name, begin, first, labels):
    it = period.chosen(name)
    numbers = it.numbers(NOW)
    assert begin_of(it.hours(NOW).start) == begin
    assert begin_of(it.hours(NOW).stop) == NOW + timedelta(hours=1)
    assert it.bar(numbers[0]) == first
    assert [it.label(at) for at in numbers[:: it.columns]] == labels
    assert len(labels) == it.labels


def test_an_unknown_period_is_today():
    assert period.chosen("year").name == "day"
