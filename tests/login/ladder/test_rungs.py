"""Which rung of the ladder a browser reaches, as a table."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from idp.agents.authentication import Authentication, Method
from idp.login.ladder.rungs import DeviceFacts, Proof, SessionFacts, rung
from idp.policies.timeouts import ENHANCED, LEGACY, LEGACY_REMEMBERED, Limit, TimeoutPolicy

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)
AGENT, DEVICE = UUID(int=1), UUID(int=2)
SESSION, TOKEN, CODE = Method.SESSION, Method.TOKEN, Method.CODE


def ago(hours, less=timedelta(0)):
    return NOW - timedelta(hours=hours) + less


def climb(policy, hours, proof, less=timedelta(0)):
    """The rung of a browser whose code, last sign-in and opening of the session lie that many hours back."""
    code, seen, opened = hours
    device = DeviceFacts(DEVICE, AGENT, ago(code, less))
    session = None if opened is None else SessionFacts(CODE, ago(opened, less), ago(seen, less))
    return rung(device, session, proof, policy, NOW)


def method(reached):
    return reached.method if isinstance(reached, Authentication) else None


TABLE = [  # policy; hours since code, last sign-in, opening; what a phone with its token gets; a computer; its limit
    (LEGACY, (5, 0.5, 5), SESSION, SESSION, None),
    (LEGACY, (5, 1, 5), TOKEN, None, Limit.INACTIVITY),
    (LEGACY, (23.9, 8, 23.9), TOKEN, None, Limit.INACTIVITY),
    (LEGACY, (24, 0.1, 24), None, None, Limit.CODE_AGE),
    (ENHANCED, (167.9, 167.9, 167.9), SESSION, SESSION, None),
    (ENHANCED, (168, 168, 168), None, None, Limit.INACTIVITY),
    (ENHANCED, (215.9, 30, 215.9), SESSION, SESSION, None),
    (ENHANCED, (216, 0.1, 216), None, None, Limit.CODE_AGE),
    (LEGACY_REMEMBERED, (700, 0.5, 12), SESSION, SESSION, None),
    (LEGACY_REMEMBERED, (700, 0.1, 24), TOKEN, None, Limit.ABSOLUTE),
    (LEGACY_REMEMBERED, (700, 167.9, 200), TOKEN, None, Limit.ABSOLUTE),
    (LEGACY_REMEMBERED, (700, 168, 200), None, None, Limit.ABSOLUTE),
]
IDS = ["{0.name}: code {1[0]} h, seen {1[1]} h, opened {1[2]} h".format(*row) for row in TABLE]
TOKEN_LIFE = 168  # hours; each sign-in on a remembered device issues a token


@pytest.mark.parametrize(("policy", "hours", "phone", "_", "__"), TABLE, ids=IDS)
def test_a_phone_with_its_token(policy, hours, phone, _, __):
    proof = Proof.TOKEN if hours[1] < TOKEN_LIFE else Proof.NOTHING
    assert method(climb(policy, hours, proof)) == phone


@pytest.mark.parametrize(("policy", "hours", "_", "computer", "limit"), TABLE, ids=IDS)
def test_a_computer_with_its_session_cookie(policy, hours, _, computer, limit):
    reached = climb(policy, hours, Proof.SESSION_COOKIE)
    assert method(reached) == computer
    assert (reached if isinstance(reached, Limit) else None) == limit


@pytest.mark.parametrize(("policy", "hours"), [row[:2] for row in TABLE], ids=IDS)
def test_a_browser_without_proof_reaches_no_rung(policy, hours):
    assert climb(policy, hours, Proof.NOTHING) is None


@pytest.mark.parametrize("proof", Proof)
def test_without_a_device_there_is_no_rung(proof):
    assert rung(None, SessionFacts(CODE, NOW, NOW), proof, ENHANCED, NOW) is None


@pytest.mark.parametrize(
    ("policy", "facts", "before", "at"),
    [
        pytest.param(LEGACY, (5, 1, 5), SESSION, TOKEN, id="inactivity"),
        pytest.param(LEGACY, (24, 0.1, 1), SESSION, Limit.CODE_AGE, id="age of the code"),
        pytest.param(LEGACY, (24, 2, 20), TOKEN, Limit.CODE_AGE, id="age of the code, by token"),
        pytest.param(ENHANCED, (216, 1, 20), SESSION, Limit.CODE_AGE, id="nine days"),
        pytest.param(ENHANCED, (168, 168, 168), SESSION, TOKEN, id="seven days unused"),
        pytest.param(LEGACY_REMEMBERED, (700, 0.1, 24), SESSION, TOKEN, id="absolute"),
    ],
)
def test_at_the_very_instant_of_a_limit_the_rung_is_gone(policy, facts, before, at):
    just_before = climb(policy, facts, Proof.TOKEN, less=TICK)
    at_the_instant = climb(policy, facts, Proof.TOKEN)
    assert just_before.method == before
    assert at_the_instant == at if isinstance(at, Limit) else at_the_instant.method == at


@pytest.mark.parametrize("policy", [LEGACY, ENHANCED, LEGACY_REMEMBERED], ids=lambda it: it.name)
@pytest.mark.parametrize("proof", Proof)
def test_waiting_never_leads_to_a_higher_rung(policy, proof):
    height = {SESSION: 2, TOKEN: 1, None: 0}
    reached = [height[method(climb(policy, (hours, hours, hours), proof))] for hours in range(1, 900)]
    assert reached == sorted(reached, reverse=True)


def test_a_token_opens_a_session_where_there_is_none():
    assert climb(ENHANCED, (5, 0, None), Proof.TOKEN).method == TOKEN
    assert climb(ENHANCED, (5, 0, None), Proof.SESSION_COOKIE) is None


@pytest.mark.parametrize("opened_by", [CODE, TOKEN])
def test_a_session_remembers_what_opened_it_and_the_instant_of_the_code(opened_by):
    session = SessionFacts(opened_by, ago(1), ago(0.1))
    reached = rung(DeviceFacts(DEVICE, AGENT, ago(5)), session, Proof.TOKEN, LEGACY, NOW)
    assert reached == Authentication(AGENT, DEVICE, SESSION, opened_by, ago(5))


def test_a_sign_in_by_token_keeps_the_instant_of_the_code():
    assert climb(LEGACY, (5, 2, 4), Proof.TOKEN) == Authentication(AGENT, DEVICE, TOKEN, TOKEN, ago(5))


def test_a_tightened_policy_counts_at_once_and_a_loosened_one_as_well():
    tight = TimeoutPolicy("tight", timedelta(minutes=10), timedelta(hours=2), timedelta(hours=2))
    assert climb(LEGACY, (3, 0.5, 3), Proof.SESSION_COOKIE).method == SESSION
    assert climb(tight, (3, 0.5, 3), Proof.SESSION_COOKIE) == Limit.CODE_AGE
    assert climb(ENHANCED, (3, 0.5, 3), Proof.SESSION_COOKIE).method == SESSION
