"""The writes of a sign-in: device, session, token, flow and trail, in one transaction.

Only this module creates an `Admission`. Only `flow.dispatcher`, `proofs` and `app_sign_in` call it, once the limits and
the access policy have let the agent in. Responses and tokens are built from nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from idp.agents import cutoffs, devices
from idp.agents.authentication import Authentication, FreshProof, Method
from idp.agents.devices import Browser
from idp.agents.models import Agent, Device, Reason
from idp.audit import events
from idp.audit.models import Kind
from idp.errors import LostRace
from idp.login.cookies import CookieChanges
from idp.login.errors import FlowUnknown
from idp.login.flow import loans
from idp.login.flow.device_state import DeviceState
from idp.login.flow.in_memory import Flow, InMemoryFlow
from idp.login.flow.request import FlowRequest
from idp.login.ladder.steps import AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.policies.access.decisions import Decision
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy, SsoSession
from idp.tokens import lifecycle as tokens
from idp.tokens.lifecycle import Recognised
from idp.values import value


@value
class Admission:
    """An agent that the limits and the access policy let in, with the device and session of the sign-in."""

    agent: Agent
    device: Device
    session_index: str
    authentication: Authentication


@dataclass(frozen=True, slots=True)
class Proved:
    """An agent who has just given proof and that the access policy let in, but on no device.

    A login ends this way if its requirements say that the browser is not to be enrolled. It signs nobody out.
    `after_line` is the last line of the trail before the proof. A later line may end it.
    """

    agent: Agent
    authentication: Authentication
    after_line: int


LoginResult = Admission | Proved
Result = TypeVar("Result", bound=LoginResult)
Result_co = TypeVar("Result_co", bound=LoginResult, covariant=True)


@dataclass(frozen=True, slots=True)
class Finished(Generic[Result_co]):
    """The login is over and the agent is in."""

    result: Result_co
    cookie_changes: CookieChanges


def renew(
    request: FlowRequest[Flow], state: DeviceState, proved: Authentication, decision: Decision
) -> Finished[Admission]:
    """Sign in by session or token: open a session if needed, and extend session, token and device.

    A passive request extends nothing, because a service may send one while the agent is away. Raises LostRace.
    """
    device, session = state.device, state.session
    if device is None:
        raise LostRace
    if proved.method != Method.SESSION or session is None:
        session, _ = sessions.open_session(device, OpenedBy.TOKEN, request.now)
    token = None if request.flow.is_passive else _extend(state, device, session, request)
    admission = Admission(device.agent, device, session.index, proved)
    if state.by_loan is None:
        first_today = device.last_seen_at.date() != request.now.date()
        cookie_changes = CookieChanges(token=token, language=device.agent.language, renews_device=first_today)
        return _finish(request, admission, cookie_changes, decision)
    loans.spend(state.by_loan, request.now)
    return _finish(request, admission, CookieChanges(void=("loan",)), decision, detail="opened by its app")


def _extend(state: DeviceState, device: Device, session: SsoSession, request: FlowRequest[Flow]) -> str | None:
    sessions.touch(session, request.now)
    devices.seen(device, request.now)
    return tokens.rotate(state.token, device, request.now) if isinstance(state.token, Recognised) else None


def enrol(
    request: FlowRequest[Flow],
    agent: Agent,
    present: Device | None,
    decision: Decision,
    proof: FreshProof,
    *,
    app: Browser | None = None,
) -> Finished[Admission]:
    """Sign in by a fresh proof: enrol the device, revoke those it replaces, open a session, issue the root token.

    `present` is the device that the browser has been so far, if any. If `app` is given, it is enrolled instead of the
    browser.
    """
    enrolment = devices.enrol(agent, app or request.facts.browser, present, request.now, proved_at=proof.at)
    device = enrolment.device
    for ended in enrolment.ended:
        sessions.end([ended.pk], ended.reason, request.now)
        request.record(Kind.DEVICE_ENDED, agent=ended.agent, device=ended, detail=ended.reason)
    first, opened_by = enrolment.is_new, OpenedBy(proof.method.value)
    session, session_secret = sessions.open_session(device, opened_by, request.now, first=first)
    token = tokens.issue(device, request.now, first=first) if device.remembered else None
    cookie_changes = new_cookies(request, device, enrolment.secret, token, session_secret)
    proved = Authentication(agent.pk, device.pk, proof.method, proof.method, device.authenticated_at)
    return _finish(
        request, Admission(agent, device, session.index, proved), cookie_changes, decision, detail=proof.remark
    )


def finish_without_device(
    request: FlowRequest[Flow], agent: Agent, decision: Decision, proof: FreshProof
) -> Finished[Proved]:
    """Finish with a fresh proof alone, and leave every device as it is."""
    cutoffs.hold()
    proved = Authentication(agent.pk, None, proof.method, proof.method, request.now)
    result = Proved(agent, proved, events.last_line())
    return _finish(request, result, CookieChanges(), decision, kind=Kind.PROVED, detail=proof.remark)


def finished_by_twin(request: FlowRequest[LoginFlow]) -> Finished[LoginResult]:
    """Return the result of a flow that a second tap on the same button has just finished.

    The answer to that tap carries the cookies. New secrets now would invalidate the ones that may be on their way; if
    they get lost, `flow.lost_answers` replaces them.
    """
    return Finished(result_of(request.flow), CookieChanges())


def record_remark(request: FlowRequest[Flow], state: DeviceState) -> None:
    """Record what is odd about the token, if anything. It lets nobody in and signs nobody out."""
    if state.remark:
        kind, detail = state.remark
        request.record(kind, agent=state.device and state.device.agent, device=state.device, detail=detail)


def revoke_copied(request: FlowRequest[Flow], state: DeviceState) -> AskPhone | Refuse:
    """Revoke a device because somebody presented a token that has already been exchanged for a later one.

    Either the owner or a thief did so, so both have to sign in again. Raises LostRace.
    """
    device = state.device
    if device is None:
        raise LostRace
    devices.revoke(device, Reason.COPIED, request.now)
    sessions.end([device.pk], Reason.COPIED, request.now)
    request.record(Kind.TOKEN_COPIED, agent=device.agent, device=device)
    return Refuse(RefusedBy.NOT_PASSIVE) if request.flow.is_passive else AskPhone(Reason.COPIED)


def replaced_by(flow: Flow) -> list[Device]:
    """Return the phones that a finished sign-in replaced, so that a page can name them."""
    if (
        isinstance(flow, InMemoryFlow)
        or flow.device is None
        or flow.has_replaced is False
        or not Method(flow.method).is_fresh
    ):
        return []
    return devices.replaced_by(flow.device)


def result_of(flow: LoginFlow) -> LoginResult:
    """Return the result of a finished flow. Raises FlowUnknown if the flow is not finished."""
    if flow.agent is None or flow.authenticated_at is None:
        raise FlowUnknown("the flow is not finished")
    proved = Authentication(
        flow.agent.pk,
        flow.device_id,
        Method(flow.method),
        Method(flow.opened_by),
        flow.authenticated_at,
    )
    if flow.device is None:
        return Proved(flow.agent, proved, flow.after_line)
    return Admission(flow.agent, flow.device, flow.session_index, proved)


def new_cookies(
    request: FlowRequest[Flow], device: Device, secret: str, token: str | None, session_secret: str | None
) -> CookieChanges:
    """Return the cookies of a device, with these secrets and this token."""
    return CookieChanges(
        device_secret=secret,
        token=token,
        session_secret=session_secret,
        session_lifetime=request.flow.limits.absolute,
        void=("session",) if device.remembered else ("token",),
        language=device.agent.language,
    )


def _finish(
    request: FlowRequest[Flow],
    result: Result,
    cookie_changes: CookieChanges,
    decision: Decision,
    *,
    kind: Kind = Kind.SIGNED_IN,
    detail: str = "",
) -> Finished[Result]:
    if isinstance(request.flow, LoginFlow):
        _store_result(result, request.flow, request.now)
    device = result.device if isinstance(result, Admission) else None
    method = result.authentication.method.value
    request.record(kind, decision, agent=result.agent, device=device, method=method, detail=detail)
    return Finished(result, cookie_changes)


def _store_result(result: LoginResult, flow: LoginFlow, now: datetime) -> None:
    proved = result.authentication
    flow.agent, flow.finished_at = result.agent, now
    if isinstance(result, Admission):
        flow.device, flow.session_index = result.device, result.session_index
    else:
        flow.after_line = result.after_line
    flow.method, flow.opened_by = proved.method, proved.opened_by
    flow.authenticated_at = proved.authenticated_at
    flow.save()
