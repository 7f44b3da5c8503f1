"""The ladder as a table: which rung carries a browser, and what comes next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from idp.agents.authentication import FRESH, Authentication, Method
from idp.login.ladder import (
    AskCode,
    AskPhone,
    Cause,
    DeviceFacts,
    Finish,
    LoginRequirements,
    Proof,
    Refuse,
    RefusedBy,
    SessionFacts,
    next_step,
    rung,
)
from idp.policies.access.decisions import Decision
from idp.policies.access.rules import Effect
from idp.policies.timeouts import ENHANCED, LEGACY, LEGACY_REMEMBERED, Limit, TimeoutPolicy

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)
AGENT, DEVICE = UUID(int=1), UUID(int=2)
ALLOW, ASK, DENY, UNDECIDED = Decision(Effect.ALLOW), Decision(Effect.ASK_CODE), Decision(Effect.DENY), Decision(None)
SERVICE = LoginRequirements("flex", "Flex")
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
def test_a_browser_without_proof_gets_nowhere(policy, hours):
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
def test_waiting_never_helps(policy, proof):
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


def proved(by, opened_by=None):
    return Authentication(AGENT, DEVICE, by, opened_by or by, ago(1))


def step(authentication, decision=ALLOW, *, code_sent=False, reason=None, **wanted):
    return next_step(authentication, decision, replace(SERVICE, **wanted), reason=reason, code_sent=code_sent)


BY_CODE, BY_TOKEN = proved(CODE), proved(TOKEN)
SESSION_OF_CODE, SESSION_OF_TOKEN = proved(SESSION, CODE), proved(SESSION, TOKEN)
EVERYONE = [BY_CODE, BY_TOKEN, SESSION_OF_CODE, SESSION_OF_TOKEN]
NAMES = ["code", "token", "session of a code", "session of a token"]


@pytest.mark.parametrize("who", EVERYONE, ids=NAMES)
def test_whoever_is_proved_and_allowed_is_let_in(who):
    assert step(who) == Finish(who)


@pytest.mark.parametrize("who", [None, *EVERYONE], ids=["nobody", *NAMES])
@pytest.mark.parametrize("is_passive", [False, True], ids=["with pages", "passive"])
def test_a_deny_refuses_everyone_with_the_sentence_of_its_rule(who, is_passive):
    denied = Decision(Effect.DENY, "rule", "Not from a computer.")
    assert step(who, denied, is_passive=is_passive) == Refuse(RefusedBy.ACCESS_POLICY, "Not from a computer.")


@pytest.mark.parametrize(
    ("wanted", "decision", "let_in"),
    [
        pytest.param({"force_authn": True}, ALLOW, [BY_CODE], id="ForceAuthn"),
        pytest.param({"accepted": FRESH}, ALLOW, [BY_CODE, SESSION_OF_CODE], id="needs a code, however old"),
        pytest.param({}, ASK, [BY_CODE], id="a rule asks for a code"),
        pytest.param({}, UNDECIDED, [BY_CODE], id="undecided"),
        pytest.param({"accepted": FRESH}, ASK, [BY_CODE], id="both ask for one"),
        pytest.param({"force_authn": True, "accepted": FRESH}, ALLOW, [BY_CODE], id="ForceAuthn and needs a code"),
    ],
)
def test_some_wishes_only_a_code_meets(wanted, decision, let_in):
    taken = [step(who, decision, **wanted) for who in EVERYONE]
    assert [it for it in taken if isinstance(it, Finish)] == [Finish(who) for who in let_in]
    assert {type(it) for it in taken} == {Finish, AskPhone}


@pytest.mark.parametrize(
    ("who", "decision", "wanted", "told"),
    [
        pytest.param(SESSION_OF_CODE, ASK, {}, Cause.POLICY, id="only the rule asks"),
        pytest.param(SESSION_OF_CODE, ASK, {"force_authn": True}, None, id="the service asks as well"),
        pytest.param(SESSION_OF_TOKEN, ASK, {"accepted": FRESH}, None, id="the service wants a code too"),
        pytest.param(SESSION_OF_CODE, ALLOW, {"force_authn": True}, None, id="only the service asks"),
        pytest.param(None, ASK, {}, Limit.CODE_AGE, id="a limit passed before any rule was asked"),
    ],
)
def test_whoever_is_asked_is_told_the_one_reason(who, decision, wanted, told):
    reason = None if who else Limit.CODE_AGE
    assert step(who, decision, reason=reason, **wanted) == AskPhone(told)


@pytest.mark.parametrize(
    ("who", "decision", "wanted"),
    [
        pytest.param(None, ALLOW, {}, id="nobody proved"),
        pytest.param(None, UNDECIDED, {}, id="nobody proved, undecided"),
        pytest.param(BY_TOKEN, ASK, {}, id="a rule asks for a code"),
        pytest.param(SESSION_OF_CODE, ALLOW, {"force_authn": True}, id="ForceAuthn too"),
        pytest.param(SESSION_OF_TOKEN, ALLOW, {"accepted": FRESH}, id="needs a code"),
    ],
)
def test_a_passive_request_is_shown_no_page(who, decision, wanted):
    assert step(who, decision, is_passive=True, **wanted) == Refuse(RefusedBy.NOT_PASSIVE)


def test_a_passive_request_of_somebody_signed_in_is_answered():
    assert step(SESSION_OF_CODE, is_passive=True) == Finish(SESSION_OF_CODE)


def test_after_a_code_was_sent_it_is_asked_for_and_before_that_the_phone_with_the_reason():
    assert step(None, code_sent=True, reason="inactivity") == AskCode()
    assert step(None, code_sent=False, reason="inactivity") == AskPhone("inactivity")
