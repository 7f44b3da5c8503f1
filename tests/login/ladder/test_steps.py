"""The next step that follows from a proof, the access policy and the requirements of the service, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from idp.agents.authentication import FRESH, Authentication, Method
from idp.login.ladder.requirements import LoginRequirements
from idp.login.ladder.steps import AskCode, AskPhone, Cause, Finish, Refuse, RefusedBy, next_step
from idp.policies.access.decisions import Decision
from idp.policies.access.rules import Effect
from idp.policies.timeouts import Limit

AN_HOUR_AGO = datetime(2026, 11, 21, 9, tzinfo=UTC) - timedelta(hours=1)
AGENT, DEVICE = UUID(int=1), UUID(int=2)
ALLOW, ASK, UNDECIDED = Decision(Effect.ALLOW), Decision(Effect.ASK_CODE), Decision(None)
SERVICE = LoginRequirements("flex", "Flex")
SESSION, TOKEN, CODE = Method.SESSION, Method.TOKEN, Method.CODE


def proved(by, opened_by=None):
    return Authentication(AGENT, DEVICE, by, opened_by or by, AN_HOUR_AGO)


def step(authentication, decision=ALLOW, *, code_sent=False, reason=None, **wanted):
    return next_step(authentication, decision, replace(SERVICE, **wanted), reason=reason, code_sent=code_sent)


BY_CODE, BY_TOKEN = proved(CODE), proved(TOKEN)
SESSION_OF_CODE, SESSION_OF_TOKEN = proved(SESSION, CODE), proved(SESSION, TOKEN)
EVERYONE = [BY_CODE, BY_TOKEN, SESSION_OF_CODE, SESSION_OF_TOKEN]
NAMES = ["code", "token", "session of a code", "session of a token"]


@pytest.mark.parametrize("who", EVERYONE, ids=NAMES)
def test_an_agent_who_is_proved_and_allowed_is_let_in(who):
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
def test_some_requirements_only_a_code_meets(wanted, decision, let_in):
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
def test_an_agent_who_is_asked_again_reads_one_reason(who, decision, wanted, told):
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
