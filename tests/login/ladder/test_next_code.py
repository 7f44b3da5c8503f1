"""When the next code is due agrees with when the ladder asks for it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from idp.agents.authentication import Authentication, Method
from idp.login.ladder.next_code import next_code
from idp.login.ladder.rungs import DeviceFacts, Proof, SessionFacts, rung
from idp.policies.timeouts import BUILT_IN, ENHANCED, LEGACY, LEGACY_REMEMBERED
from idp.tokens.rotation import LIFETIME
from tests.conftest import NOW

HOUR, DAY, MOMENT = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
AGES = st.timedeltas(timedelta(0), 12 * DAY)


def facts(code, opened, seen):
    """What is known of a device, by the ages of its last code, its session and its last sign-in."""
    device = DeviceFacts(uuid4(), uuid4(), NOW - code)
    return device, SessionFacts(Method.CODE, NOW - opened, NOW - seen)


@pytest.mark.parametrize(
    ("policy", "issued", "at_latest", "unused"),
    [
        (LEGACY, NOW, NOW + 19 * HOUR, NOW + 19 * HOUR),
        (ENHANCED, NOW, NOW + 9 * DAY - 5 * HOUR, NOW + 7 * DAY),
        (LEGACY_REMEMBERED, NOW, None, NOW + 7 * DAY),
        (LEGACY, None, NOW + 19 * HOUR, NOW + HOUR),
        (ENHANCED, None, NOW + 9 * DAY - 5 * HOUR, NOW + 7 * DAY),
        (LEGACY_REMEMBERED, None, NOW + 19 * HOUR, NOW + HOUR),
    ],
)
def test_five_hours_after_a_code_and_just_used(policy, issued, at_latest, unused):
    device, session = facts(5 * HOUR, 5 * HOUR, timedelta(0))
    due = next_code(device, session, policy, token_issued_at=issued)
    assert (due.at_latest, due.unused) == (at_latest, unused)


def test_a_computer_without_an_open_session_needs_a_code_now():
    device, _ = facts(HOUR, HOUR, HOUR)
    due = next_code(device, None, ENHANCED, token_issued_at=None)
    assert due.at_latest == due.unused == NOW - HOUR


@given(st.sampled_from(BUILT_IN), st.booleans(), st.lists(AGES, min_size=3, max_size=3))
def test_a_device_left_alone_is_let_in_until_that_instant_and_no_longer(policy, has_token, ages):
    code, opened, seen = sorted(ages, reverse=True)
    device, session = facts(code, opened, seen)
    issued = NOW - seen if has_token else None
    due = next_code(device, session, policy, token_issued_at=issued).unused
    assume(due > NOW)

    def at(now):
        token = has_token and now < issued + LIFETIME
        proof = Proof.TOKEN if token else Proof.NOTHING if has_token else Proof.SESSION_COOKIE
        return isinstance(rung(device, session, proof, policy, now), Authentication)

    assert (at(due - MOMENT), at(due)) == (True, False)
