"""Row by row, with the instants at which a row begins and ends."""

from datetime import UTC, datetime, timedelta

import pytest

from idp.tokens.rotation import CHILDREN, LIFETIME, Family, Shown, Verdict, judge

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)
QUIET = timedelta(seconds=60)
HOUR = timedelta(hours=1)


def shown(generation=3, issued=HOUR, confirmed=True, retired=None, children=0):
    """A token handed out `issued` ago, confirmed or only offered, perhaps retired that long ago."""
    issued_at = NOW - issued
    return Shown(
        generation=generation,
        issued_at=issued_at,
        expires_at=issued_at + LIFETIME,
        confirmed_at=issued_at if confirmed else None,
        retired_at=None if retired is None else NOW - retired,
        children=children,
    )


def family(last=HOUR, in_use=True, revoked=False):
    """Tokens of the third code, the newest handed out `last` ago."""
    return Family(generation=3, last_hand_out=None if last is None else NOW - last, in_use=in_use, revoked=revoked)


def verdict(token, of, quiet=QUIET):
    return judge(token, of, quiet=quiet, now=NOW)


@pytest.mark.parametrize(
    "token",
    [shown(), shown(issued=LIFETIME), shown(generation=1), shown(retired=HOUR), shown(confirmed=False)],
    ids=["current", "expired", "outdated", "retired", "offered"],
)
def test_a_revoked_device_is_ended_whatever_it_shows(token):
    assert verdict(token, family(revoked=True)) is Verdict.ENDED


@pytest.mark.parametrize(
    ("issued", "expected"),
    [(LIFETIME - TICK, Verdict.NEXT), (LIFETIME, Verdict.EXPIRED), (LIFETIME + TICK, Verdict.EXPIRED)],
    ids=["just before", "at the instant", "just after"],
)
def test_a_token_ends_seven_days_after_its_issue(issued, expected):
    assert verdict(shown(issued=issued), family(last=HOUR)) is expected


def test_a_token_dated_further_ahead_than_it_lasts_was_issued_by_a_wrong_clock_and_has_ended():
    assert verdict(shown(issued=TICK - LIFETIME), family(last=TICK - LIFETIME)).lets_in
    assert verdict(shown(issued=-LIFETIME), family(last=-LIFETIME)) is Verdict.EXPIRED


@pytest.mark.parametrize(
    "token",
    [shown(issued=LIFETIME, generation=2), shown(issued=LIFETIME, retired=HOUR)],
    ids=["outdated", "retired"],
)
def test_an_expired_token_says_nothing_about_copies(token):
    assert verdict(token, family()) is Verdict.EXPIRED


@pytest.mark.parametrize(
    ("last", "in_use", "expected"),
    [
        pytest.param(HOUR, True, Verdict.OLD_COPY, id="new tree in use"),
        pytest.param(HOUR, False, Verdict.OUTDATED, id="only the root of the new tree"),
        pytest.param(QUIET - TICK, True, Verdict.OUTDATED, id="within the visit"),
        pytest.param(QUIET, True, Verdict.OLD_COPY, id="the visit just over"),
    ],
)
@pytest.mark.parametrize("retired", [None, HOUR], ids=["living", "retired"])
def test_a_token_from_before_the_last_code_is_outdated_and_an_old_copy_once_the_new_ones_are_used(
    last, in_use, expected, retired
):
    assert verdict(shown(generation=2, retired=retired), family(last, in_use)) is expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [(TICK, Verdict.SAME_VISIT), (QUIET - TICK, Verdict.SAME_VISIT), (QUIET, Verdict.COPIED), (HOUR, Verdict.COPIED)],
    ids=["at once", "end of the minute", "minute over", "an hour later"],
)
def test_a_token_retired_by_the_newest_hand_out_is_forgiven_for_a_minute(last, expected):
    assert verdict(shown(retired=last), family(last)) is expected


def test_a_token_retired_by_an_earlier_hand_out_is_a_copy_even_within_a_visit():
    assert verdict(shown(retired=HOUR), family(last=TICK)) is Verdict.COPIED


@pytest.mark.parametrize("confirmed", [True, False], ids=["current", "offered"])
@pytest.mark.parametrize("last", [timedelta(0), QUIET - TICK, -HOUR], ids=["same instant", "end", "clock behind"])
def test_within_a_visit_a_living_token_lets_in_and_nothing_changes(confirmed, last):
    assert verdict(shown(confirmed=confirmed, children=CHILDREN), family(last)) is Verdict.SAME_VISIT


@pytest.mark.parametrize(
    ("children", "expected"),
    [(0, Verdict.NEXT), (CHILDREN - 1, Verdict.NEXT), (CHILDREN, Verdict.UNANSWERED)],
    ids=["none", "four", "five"],
)
def test_the_current_token_has_five_children_and_then_goes_unanswered(children, expected):
    assert verdict(shown(children=children), family(last=QUIET)) is expected


def test_an_offered_token_is_confirmed_by_being_shown():
    assert verdict(shown(confirmed=False), family(last=QUIET)) is Verdict.CONFIRM


def test_without_a_quiet_minute_nothing_is_forgiven():
    nothing = timedelta(0)
    assert verdict(shown(retired=nothing), family(last=nothing), quiet=nothing) is Verdict.COPIED
    assert verdict(shown(confirmed=False), family(last=nothing), quiet=nothing) is Verdict.CONFIRM


def test_exactly_three_verdicts_let_in():
    assert {it for it in Verdict if it.lets_in} == {Verdict.SAME_VISIT, Verdict.NEXT, Verdict.CONFIRM}
