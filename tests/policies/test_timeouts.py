from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from idp.policies.timeouts import (
    BUILT_IN,
    ENHANCED,
    LEGACY,
    LEGACY_REMEMBERED,
    Limit,
    TimeoutPolicy,
    code_is_too_old,
    ends_at,
    passed_limit,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def limit(policy: TimeoutPolicy, code: float, opened: float, seen: float) -> Limit | None:
    return passed_limit(policy, authenticated_at=ago(code), opened_at=ago(opened), last_seen_at=ago(seen), now=NOW)


@pytest.mark.parametrize(
    ("policy", "code", "seen", "opened", "expected"),
    [
        (LEGACY, 5, 0.5, 5, None),
        (LEGACY, 5, 1, 5, Limit.INACTIVITY),
        (LEGACY, 23.9, 8, 23.9, Limit.INACTIVITY),
        (LEGACY, 24, 0.1, 24, Limit.CODE_AGE),
        (LEGACY, 24, 0.1, 1, Limit.CODE_AGE),
        (ENHANCED, 167.9, 167.9, 167.9, None),
        (ENHANCED, 168, 168, 168, Limit.INACTIVITY),
        (ENHANCED, 215.9, 30, 215.9, None),
        (ENHANCED, 216, 0.1, 216, Limit.CODE_AGE),
        (LEGACY_REMEMBERED, 700, 0.5, 12, None),
        (LEGACY_REMEMBERED, 700, 0.1, 24, Limit.ABSOLUTE),
        (LEGACY_REMEMBERED, 700, 167.9, 200, Limit.ABSOLUTE),
        (LEGACY_REMEMBERED, 700, 1, 12, Limit.INACTIVITY),
    ],
)
def test_the_first_limit_that_was_passed_is_named(policy, code, seen, opened, expected):
    assert limit(policy, code=code, opened=opened, seen=seen) == expected


@pytest.mark.parametrize("policy", BUILT_IN, ids=lambda it: it.name)
def test_at_the_exact_instant_of_inactivity_a_session_has_ended(policy):
    seen_at = NOW - policy.inactivity
    facts = {"authenticated_at": seen_at, "opened_at": seen_at, "last_seen_at": seen_at}

    assert passed_limit(policy, **facts, now=NOW - TICK) is None
    assert passed_limit(policy, **facts, now=NOW) is Limit.INACTIVITY


@pytest.mark.parametrize("policy", BUILT_IN, ids=lambda it: it.name)
def test_at_the_absolute_instant_a_session_has_ended_even_if_just_used(policy):
    facts = {"authenticated_at": NOW - TICK, "opened_at": NOW - policy.absolute, "last_seen_at": NOW - TICK}

    assert passed_limit(policy, **facts, now=NOW - TICK) is None
    assert passed_limit(policy, **facts, now=NOW) is Limit.ABSOLUTE


@pytest.mark.parametrize("policy", [LEGACY, ENHANCED], ids=lambda it: it.name)
def test_a_code_is_too_old_from_the_instant_of_its_limit_on(policy):
    authenticated_at = NOW - policy.code_again_after

    assert not code_is_too_old(policy, authenticated_at, NOW - TICK)
    assert code_is_too_old(policy, authenticated_at, NOW)


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [("authenticated_at", Limit.CODE_AGE), ("opened_at", Limit.ABSOLUTE), ("last_seen_at", Limit.INACTIVITY)],
)
@pytest.mark.parametrize("policy", [LEGACY, ENHANCED], ids=lambda it: it.name)
def test_an_instant_further_ahead_than_its_limit_was_dated_by_a_wrong_clock_and_counts_no_more(policy, ahead, expected):
    limits = {
        "authenticated_at": policy.code_again_after,
        "opened_at": policy.absolute,
        "last_seen_at": policy.inactivity,
    }
    facts = dict.fromkeys(limits, NOW)
    assert passed_limit(policy, **facts | {ahead: NOW + limits[ahead] - TICK}, now=NOW) is None
    assert passed_limit(policy, **facts | {ahead: NOW + limits[ahead]}, now=NOW) is expected


def test_a_policy_without_a_limit_for_codes_never_asks_again():
    assert not code_is_too_old(LEGACY_REMEMBERED, datetime(2000, 1, 1, tzinfo=UTC), NOW)


def test_the_built_in_policies_are_those_of_the_table():
    hours = {
        it.name: (
            it.inactivity / timedelta(hours=1),
            it.absolute / timedelta(hours=1),
            it.code_again_after and it.code_again_after / timedelta(hours=1),
        )
        for it in BUILT_IN
    }

    assert hours == {
        "legacy": (1, 24, 24),
        "enhanced": (168, 216, 216),
        "legacy, remembered": (1, 24, None),
    }


HOURS_AGO = [(0, 0, 0), (5, 5, 0.5), (23.5, 23.5, 0)]
SINCE_A_CODE_OF_YESTERDAY = (30, 0.5, 0.1)  # which is too old by LEGACY
SESSIONS = [*product(BUILT_IN, HOURS_AGO), *product((ENHANCED, LEGACY_REMEMBERED), [SINCE_A_CODE_OF_YESTERDAY])]


@pytest.mark.parametrize(("policy", "hours"), SESSIONS)
def test_the_stated_end_is_the_first_limit(policy, hours):
    code, opened, seen = hours
    facts = {"authenticated_at": ago(code), "opened_at": ago(opened), "last_seen_at": ago(seen)}
    end = ends_at(policy, **facts)
    assert passed_limit(policy, **facts, now=end) is not None
    assert passed_limit(policy, **facts, now=end - TICK) is None
