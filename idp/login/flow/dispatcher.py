"""The one dispatcher of the login: it reads facts, has them judged and written, and names the next step.

Every page and form of the login comes back to `advance`. How a code is asked for stands in `asking`, how a proof is
given in `proving`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from idp.agents import devices
from idp.login.access_decision import Subject
from idp.login.cookies import CookieChanges
from idp.login.errors import AlreadySignedIn, FlowUnknown
from idp.login.flow import device_state, sign_in, storage
from idp.login.flow.device_state import DeviceState
from idp.login.flow.in_memory import Flow, InMemoryFlow
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import Admission, Finished, LoginResult, Proved
from idp.login.flow.transactions import Meaning, in_transaction
from idp.login.ladder import steps
from idp.login.ladder.steps import AskCode, AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.request_facts import RequestFacts
from idp.policies.access.facts import LATER, TouchPoints
from idp.policies.access.rules import Effect
from idp.versions import version

Answer = TypeVar("Answer")
Wanted = TypeVar("Wanted", Admission, Proved)


@dataclass(frozen=True, slots=True)
class Concluded(Generic[Answer]):
    """What the protocol made of an admission, and the cookies that go with it."""

    answer: Answer
    cookie_changes: CookieChanges


Step = AskPhone | AskCode | Refuse | Finished[LoginResult]


def advance(flow: Flow, facts: RequestFacts, now: datetime) -> Step:
    """Take a flow as far as it goes without asking the agent for anything, and name what comes next."""
    was_finished = _is_finished(flow)
    return in_transaction(lambda: _advance(FlowRequest(flow, facts, now), was_finished))


def conclude(
    flow: Flow,
    facts: RequestFacts,
    now: datetime,
    answer: Callable[[Admission], Answer],
    meaning: Meaning = lambda _: None,
) -> Concluded[Answer] | Step:
    """Advance a flow and, if that lets the agent in, have the protocol's answer made in the same transaction.

    A flow is answered once: raises AlreadySignedIn the second time. `meaning` says what the protocol raises where a
    table refuses its answer.
    """
    was_finished = _is_finished(flow)
    return in_transaction(lambda: _conclude(FlowRequest(flow, facts, now), was_finished, Admission, answer), meaning)


def conclude_with_proof(
    flow: Flow, facts: RequestFacts, now: datetime, answer: Callable[[Proved], Answer]
) -> Concluded[Answer] | Step:
    """Do the same for a flow that enrols no browser: what its answer is made from is the proof alone."""
    was_finished = _is_finished(flow)
    return in_transaction(lambda: _conclude(FlowRequest(flow, facts, now), was_finished, Proved, answer))


def _is_finished(flow: Flow) -> bool:
    """Whether a stored flow is over, as it was read; that stays so. Within an attempt the row in hand may be ahead."""
    return isinstance(flow, LoginFlow) and flow.finished_at is not None


def _advance(request: FlowRequest[Flow], was_finished: bool) -> Step:
    flow, facts = request.flow, request.facts
    # Whoever shows nothing of ours cannot be signed in here, so there is nothing to hold the row for.
    if isinstance(flow, LoginFlow) and (
        was_finished or (facts.may_name_a_device and storage.hold(flow).finished_at is not None)
    ):
        return sign_in.resume_finished(FlowRequest(flow, facts, request.now))
    policy = flow.limits
    by_loan = device_state.read_loan(facts, flow.service, policy, request.now)
    state = by_loan or device_state.read(facts, policy, request.now)
    version.confirm()  # where no device was asked for: nothing is written by what is not set any more
    if state.copied:
        return sign_in.end_copied(request, state)
    sign_in.record_remark(request, state)
    subject = Subject(state.device.agent, state.device) if state.authentication and state.device else None
    decision = request.decide(subject, touch_points=_touch_points(request, state))
    step = steps.next_step(
        state.authentication,
        decision,
        flow.requirements,
        reason=state.reason,
        code_sent=flow.code_sent,
    )
    match step:
        case steps.Finish(authentication):
            return sign_in.renew(request, state, authentication, decision)
        case Refuse(by=RefusedBy.ACCESS_POLICY | RefusedBy.STOPPED) if isinstance(flow, LoginFlow) or flow.is_passive:
            request.record_refusal(
                decision, subject.agent if subject else None
            )  # else its page comes next, and does so
    return step


def _conclude(
    request: FlowRequest[Flow], was_finished: bool, wanted: type[Wanted], answer: Callable[[Wanted], Answer]
) -> Concluded[Answer] | Step:
    step = _advance(request, was_finished)
    if not isinstance(step, Finished):
        return step
    result = step.result if isinstance(request.flow, InMemoryFlow) else _claim(request, request.flow)
    if isinstance(result, Refuse):
        return result
    if not isinstance(result, wanted):
        raise FlowUnknown("the flow was begun at another door")
    return Concluded(answer(result), step.cookie_changes)


def _claim(request: FlowRequest[Flow], flow: LoginFlow) -> LoginResult | Refuse:
    """Take the result of a finished flow, once; agent, device and rules are looked at again."""
    claimed = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=False, claimed_at__isnull=True)
    if claimed.update(claimed_at=request.now) != 1:
        raise AlreadySignedIn("the flow was claimed before")
    result = sign_in.result_of(flow)
    device = flow.device
    if not result.agent.is_active or (device is not None and devices.is_ended(device)):
        raise FlowUnknown("agent or device ended between sign-in and answer")
    touch_points = device.touch_points if device else flow.touch_points
    decision = request.decide(Subject(result.agent, device, fresh=device is None), touch_points=touch_points)
    fresh = result.authentication.method.is_fresh
    if decision.effect == Effect.ALLOW or (fresh and decision.effect == Effect.ASK_CODE):
        return result
    request.record_refusal(decision, result.agent)
    return steps.refusal(decision)


def _touch_points(request: FlowRequest[Flow], state: DeviceState) -> TouchPoints:
    """Say what is known of touch points: told at the last code, told on this flow's first page, or still to come."""
    if state.authentication and state.device:
        return state.device.touch_points
    return request.facts.touch_points if request.flow.code_sent else LATER
