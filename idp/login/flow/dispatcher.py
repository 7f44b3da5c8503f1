"""The dispatcher of the login: it reads facts, has them judged and written, and returns the next step.

Every page and form of the login returns to `advance`. `login.codes` handles requests for a code, `login.proofs` the
codes and passkeys that agents give.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from idp.agents import cutoffs
from idp.login.access_decision import Subject
from idp.login.cookies import CookieChanges
from idp.login.errors import AlreadySignedIn, FlowUnknown
from idp.login.flow import device_state, lost_answers, sign_in, storage
from idp.login.flow.device_state import DeviceState
from idp.login.flow.in_memory import Flow, InMemoryFlow
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import Admission, Finished, LoginResult, Proved
from idp.login.flow.transactions import Translation, in_transaction
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
    """The answer that the protocol built, and the cookies to send with it."""

    answer: Answer
    cookie_changes: CookieChanges


Step = AskPhone | AskCode | Refuse | Finished[LoginResult]


def advance(flow: Flow, facts: RequestFacts, now: datetime) -> Step:
    """Take a flow as far as possible without asking the agent for anything, and return the next step. Raises Busy."""
    was_finished = _is_finished(flow)
    return in_transaction(lambda: _advance(FlowRequest(flow, facts, now), was_finished))


def conclude(
    flow: Flow,
    facts: RequestFacts,
    now: datetime,
    answer: Callable[[Admission], Answer],
    translate: Translation = lambda _: None,
) -> Concluded[Answer] | Step:
    """Advance a flow and, if the agent is let in, build the protocol's answer in the same transaction.

    `answer` builds it. `translate` returns what to raise if a constraint rejects it. Raises AlreadySignedIn if the flow
    has been answered before, and Busy.
    """
    was_finished = _is_finished(flow)
    return in_transaction(lambda: _conclude(FlowRequest(flow, facts, now), was_finished, Admission, answer), translate)


def conclude_with_proof(
    flow: Flow, facts: RequestFacts, now: datetime, answer: Callable[[Proved], Answer]
) -> Concluded[Answer] | Step:
    """Do the same for a flow that does not enrol the browser. Its answer is built from the proof alone."""
    was_finished = _is_finished(flow)
    return in_transaction(lambda: _conclude(FlowRequest(flow, facts, now), was_finished, Proved, answer))


def _is_finished(flow: Flow) -> bool:
    """Whether a stored flow was finished when it was read. During a retry its row in memory may be ahead."""
    return isinstance(flow, LoginFlow) and flow.finished_at is not None


def _advance(request: FlowRequest[Flow], was_finished: bool) -> Step:
    flow, facts = request.flow, request.facts
    # A request without any credential cannot be signed in, so its row need not be locked.
    if isinstance(flow, LoginFlow) and (
        was_finished or (facts.may_name_a_device and storage.hold(flow).finished_at is not None)
    ):
        return lost_answers.resume(FlowRequest(flow, facts, request.now))
    policy = flow.limits
    by_loan = device_state.read_loan(facts, flow.service, policy, request.now)
    state = by_loan or device_state.read(facts, policy, request.now)
    version.confirm()  # no device row has confirmed it, and outdated settings must not be applied
    if state.copied:
        return sign_in.revoke_copied(request, state)
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
            # Any other flow goes on to its first page, which records the refusal.
            request.record_refusal(decision, subject.agent if subject else None)
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
        raise FlowUnknown("the flow was started by another protocol")
    return Concluded(answer(result), step.cookie_changes)


def _claim(request: FlowRequest[Flow], flow: LoginFlow) -> LoginResult | Refuse:
    """Claim the result of a finished flow, once. Agent, device and access policy are checked again."""
    claimed = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=False, claimed_at__isnull=True)
    if claimed.update(claimed_at=request.now) != 1:
        raise AlreadySignedIn("the flow was claimed before")
    result = sign_in.result_of(flow)
    device = flow.device
    if not result.agent.is_active or (device is not None and cutoffs.is_ended(device)):
        raise FlowUnknown("agent or device ended between sign-in and answer")
    touch_points = device.touch_points if device else flow.touch_points
    decision = request.decide(Subject(result.agent, device, fresh=device is None), touch_points=touch_points)
    fresh = result.authentication.method.is_fresh
    if decision.effect == Effect.ALLOW or (fresh and decision.effect == Effect.ASK_CODE):
        return result
    request.record_refusal(decision, result.agent)
    return steps.refusal(decision)


def _touch_points(request: FlowRequest[Flow], state: DeviceState) -> TouchPoints:
    """Return the touch points: those of the last code, those of this flow's first page, or LATER if still unknown."""
    if state.authentication and state.device:
        return state.device.touch_points
    return request.facts.touch_points if request.flow.code_sent else LATER
