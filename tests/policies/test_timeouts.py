from datetime import UTC, datetime, timedelta

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


@pytest.mark.parametrize("policy", BUILT_IN, ids=lambda it: it.name)
@pytest.mark.parametrize(("code", "opened", "seen"), [(0, 0, 0), (5, 5, 0.5), (23.5, 23.5, 0), (30, 0.5, 0.1)])
def test_the_stated_end_is_the_first_limit(policy, code, opened, seen):
    facts = {"authenticated_at": ago(code), "opened_at": ago(opened), "last_seen_at": ago(seen)}
    end = ends_at(policy, **facts)
    assert passed_limit(policy, **facts, now=end) is not None
    assert passed_limit(policy, **facts, now=end - TICK) is None
