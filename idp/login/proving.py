"""A proof is given: a code by text, another code, a passkey. What is right is used up as its agent is signed in.

A wrong one costs a try, and is told alike whoever was named.
"""

import time
from datetime import datetime
from uuid import UUID

from idp.agents import devices
from idp.agents.authentication import Method
from idp.audit.models import Kind
from idp.login import approvals, checking, guessing, sending, sign_in
from idp.login.asking import asker_of
from idp.login.attempts import attempt
from idp.login.flow import Step, advance, hold, hold_as_it_is
from idp.login.judging import Who
from idp.login.ladder import AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.presented import Presented
from idp.login.sign_in import BY_CODE, Finished, FreshProof
from idp.login.visit import Visit
from idp.otp import limits, proofs, verifications
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.models import Outcome
from idp.otp.proofs import Given
from idp.otp.verifications import Checked, Paused
from idp.passkeys import keeping
from idp.passkeys.keeping import NotProved
from idp.versions import version

A_TWINS_WRITING = 0.7
"""Seconds at most for which a tap waits until its twin, whose code Verify took, is written: within a wrong code's."""
A_LOOK = 0.02


def give_code(flow: LoginFlow, code: str, presented: Presented, now: datetime) -> Step | Checked:
    """Try a code, and sign the agent in if it is right."""
    visit = Visit(flow, presented, now)
    if flow.verification is None or not flow.accepts(Method.CODE):
        return AskPhone(None)
    if not approvals.counts(flow, now):
        sending.wait(flow.verification_id)
        with checking.in_time() as verify:
            checked = verifications.check(flow.verification, code, asker_of(presented), verify, now)
        flow.texts_fail = None  # both may have changed while Twilio was asked
        version.forget()
        if checked != Checked.APPROVED:
            if checked == Checked.GONE:
                _wait_for_a_twin(visit)
            return _not_right(visit, checked, checked.value)
        attempt(lambda: approvals.keep(flow))
    return attempt(lambda: _use_approval(visit))


def go_on(flow: LoginFlow, presented: Presented, now: datetime) -> Step:
    """Advance a flow; where a code was right before and we were too busy to sign its agent in, do that now."""
    if approvals.counts(flow, now):
        step = attempt(lambda: _use_approval(Visit(flow, presented, now)))
        if not isinstance(step, Checked):
            return step
    return advance(flow, presented, now)


def give_otherwise(
    flow: LoginFlow, typed: PhoneNumber | Email, given: Given, presented: Presented, now: datetime
) -> Step | Checked | Paused:
    """Try a code that no text brought, and sign the agent in if it is right.

    The try is counted and committed first, together with those of texted codes. An identifier of nobody, an
    agent without app or codes, and a wrong code are told alike.
    """
    visit, asker = Visit(flow, presented, now), asker_of(presented)
    if flow.verification is None or not given.way.methods <= frozenset(flow.accepted):
        return AskPhone(None)
    if (until := guessing.stopped_until(asker, now)) is not None:
        return Paused(until)
    if limits.is_over(flow.verification.started_at, now):
        joined = verifications.join(typed, asker, now)
        if isinstance(joined, Paused):
            return joined
        flow.verification = joined
        flow.save(update_fields=["verification"])
    if not verifications.count_try(flow.verification, asker):
        return _not_right(visit, Checked.TOO_MANY_TRIES, f"{Checked.TOO_MANY_TRIES}, {given.way}")
    step = attempt(lambda: _use_proof(visit, given))
    return _not_right(visit, Checked.WRONG, f"{Checked.WRONG}, {given.way}") if step is Checked.WRONG else step


def give_passkey(flow: LoginFlow, shown: str, presented: Presented, now: datetime) -> Step | NotProved | Paused:
    """Take the use of a passkey, and sign in the agent whose it is. Nobody needs to have been named.

    The access policy is asked before and after. What proved nothing counts against its address.
    """
    visit = Visit(flow, presented, now)
    if not flow.accepts(Method.PASSKEY):
        return AskPhone(None)
    if (until := guessing.stopped_until(asker_of(presented), now)) is not None:
        return Paused(until)
    decision = visit.judge(None)
    return decision if isinstance(decision, Refuse) else attempt(lambda: _use_passkey(visit, shown))


def _use_approval(visit: Visit[LoginFlow]) -> Step | Checked:
    """Turn an approved verification into a sign-in, if nobody used it before and the access policy allows."""
    flow = visit.flow
    # Where the row in hand is ahead of the table, a run before this one failed.
    as_it_is = flow.finished_at is None and hold_as_it_is(flow)
    if not as_it_is and hold(flow).finished_at is not None:
        return sign_in.in_already(visit)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    if flow.approved_id != verification.pk:  # another tab went on to another number, of which the code proves nothing
        return Checked.WRONG
    if not verifications.approve(verification, visit.now):
        return Checked.WRONG
    return _let_in(visit, verification.authenticator.user_id, BY_CODE)


def _use_proof(visit: Visit[LoginFlow], given: Given) -> Step | Checked:
    """Turn a code that needs no text into a sign-in. It is used up in the same transaction, for this agent alone."""
    flow = hold(visit.flow)
    if flow.finished_at is not None:
        return sign_in.in_already(visit)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    agent = verification.authenticator.user
    proved = proofs.spend(agent, given, visit.now)
    if proved is None:
        return Checked.WRONG
    verifications.approve(verification, visit.now, Outcome.OTHERWISE)  # whoever was faster, the code counts by itself
    return _let_in(visit, agent.pk, FreshProof(proved.method, proved.remark))


def _use_passkey(visit: Visit[LoginFlow], shown: str) -> Step | NotProved:
    """Turn the use of a passkey into a sign-in. The challenge is used up in the same transaction."""
    flow = hold(visit.flow)
    if flow.finished_at is not None:
        return sign_in.in_already(visit)
    proved = keeping.spend(shown, flow.pk, visit.now)
    if isinstance(proved, NotProved):
        kind = Kind.PASSKEY_COPIED if proved.refused.copied else Kind.PASSKEY_REFUSED
        named = proved.named
        visit.record(kind, agent=named and named.agent, device=named and named.device, detail=proved.refused.why)
        return proved
    flow.touch_points = visit.presented.touch_points
    return _let_in(visit, proved.passkey.agent_id, FreshProof(Method.PASSKEY, f"passkey of {proved.passkey.label}"))


def _let_in(visit: Visit[LoginFlow], pk: UUID, proof: FreshProof) -> Step:
    """Sign in an agent who has just proved who they are, if they are switched on and the access policy allows."""
    agent = devices.hold_agent(pk)
    if not agent.is_active:
        visit.record(Kind.SWITCHED_OFF, agent=agent)
        return Refuse(RefusedBy.SWITCHED_OFF)
    present = devices.find(visit.presented.device_secret)
    own = present if present and present.agent_id == agent.pk and present.revoked_at is None else None
    decision = visit.judge(Who(agent, own, fresh=True))
    if isinstance(decision, Refuse):
        return decision
    if not visit.flow.enrols_browser:
        return sign_in.prove(visit, agent, decision, proof)
    return sign_in.enrol(visit, agent, present, decision, proof)


def _wait_for_a_twin(visit: Visit[LoginFlow]) -> None:
    """Let a double tap's twin write that its code was right, if there is one which may have had the code."""
    flow, end = visit.flow, time.monotonic() + A_TWINS_WRITING
    if flow.verification is not None:
        flow.verification.refresh_from_db()  # the twin may have counted its try after this one
    while flow.verification is not None and flow.verification.tries > 1 and time.monotonic() < end:
        if attempt(lambda: _is_right_by_now(visit)):
            return
        time.sleep(A_LOOK)


def _is_right_by_now(visit: Visit[LoginFlow]) -> bool:
    """Whether a twin's code was right. The flow is held, lest it be read before a twin's commit and the rest after."""
    return hold(visit.flow).finished_at is not None or approvals.counts(visit.flow, visit.now)


def _not_right(visit: Visit[LoginFlow], checked: Checked, detail: str) -> Step | Checked:
    """Record a code that let nobody in, unless its agent is in by now: by a double tap's twin, or in another tab."""
    flow = visit.flow
    if attempt(lambda: _is_right_by_now(visit)):
        step = attempt(lambda: _use_approval(visit))
        if not isinstance(step, Checked):
            return step
    authenticator = flow.verification.authenticator if flow.verification else None
    if authenticator and asker_of(visit.presented).owns(authenticator):  # its code was typed in another tab, perhaps
        other = advance(flow, visit.presented, visit.now)
        if isinstance(other, Finished):
            return other
    visit.record(
        Kind.CODE_UNKNOWN if checked == Checked.UNKNOWN else Kind.CODE_WRONG,
        agent=authenticator.user if authenticator else None,
        detail=detail,
    )
    return checked
