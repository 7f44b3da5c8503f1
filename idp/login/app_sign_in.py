"""Sign-ins of apps: an app is enrolled on a proof that a browser gave, and signs in again with its token.

An app calls from its own network stack, without cookies or pages, so its flow stays in memory. The access policy judges
the user agent of each of its requests.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from idp.agents import agent_rows, cutoffs, devices
from idp.agents.authentication import FreshProof
from idp.agents.devices import Browser
from idp.agents.models import Agent, Device, Reason
from idp.agents.models import Kind as DeviceKind
from idp.audit.models import Kind, LoginEvent
from idp.login.access_decision import Subject
from idp.login.endings import signing_out
from idp.login.flow import device_state, sign_in
from idp.login.flow.in_memory import InMemoryFlow
from idp.login.flow.request import FlowRequest
from idp.login.flow.sign_in import Proved
from idp.login.ladder import steps
from idp.login.ladder.steps import AskCode, AskPhone, Cause, Refuse, RefusedBy
from idp.login.request_facts import RequestFacts
from idp.policies import user_agents
from idp.policies.access.decisions import Decision
from idp.policies.user_agents.words import describe
from idp.tokens import lifecycle as tokens
from idp.tokens.lifecycle import WITHDRAWN, Recognised, Unrecognised

LONGEST_LABEL = 100
ENDED_BY = {Kind.NUMBER_CHANGED: Reason.NUMBER_CHANGED, Kind.AGENT_OFF: Reason.SWITCHED_OFF}
"""Lines of the trail that end an agent's proof, even if the agent had no device."""
DISTRUSTED = (Reason.OPERATOR, Reason.SWITCHED_OFF, Reason.REPORTED)
"""Reasons that end a proof too, if a device of the agent ended for one of them after it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The app's device, and its next token. None means that the app keeps the token it has."""

    device: Device
    token: str | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The app presented no token of its own."""


def enrol(flow: InMemoryFlow, proved: Proved, facts: RequestFacts, now: datetime) -> SignedIn | AskPhone | Refuse:
    """Enrol an app as a device of the agent who gave proof, and revoke the devices it replaces.

    An app that is refused replaces nothing. Runs inside the caller's transaction.
    """
    request = FlowRequest(flow, facts, now)
    agent = agent_rows.get_and_hold(proved.agent.pk)
    if not agent.is_active:
        request.record(Kind.SWITCHED_OFF, agent=agent)
        return Refuse(RefusedBy.SWITCHED_OFF)
    if (ended := _ended_since(agent, proved.after_line)) is not None:
        return AskPhone(ended)
    decision = request.decide_or_refuse(Subject(agent, None, fresh=True))
    if isinstance(decision, Refuse):
        return decision
    proof = FreshProof(proved.authentication.method, at=proved.authentication.authenticated_at)
    finished = sign_in.enrol(request, agent, None, decision, proof, app=_app(flow, facts))
    return SignedIn(finished.result.device, finished.cookie_changes.token)


def signed_in(pk: UUID, client: str) -> Device | None:
    """Return the app's device with that ID, if it and its agent may still sign in."""
    active = Device.objects.active().select_related("agent")
    device = active.filter(pk=pk, client=client, agent__is_active=True).first()
    return None if device is None or cutoffs.is_ended(device) else device


def renew(flow: InMemoryFlow, facts: RequestFacts, now: datetime) -> SignedIn | Unknown | AskPhone | AskCode | Refuse:
    """Sign an app in again by its token, if the limits and the access policy allow it.

    AskPhone gives the reason if they do not. No session is used or opened: an app that renews in the background does
    not mean that its agent is at work. Runs inside the caller's transaction.
    """
    request = FlowRequest(flow, facts, now)
    state = device_state.read(facts, flow.limits, now)
    if state.copied:
        return sign_in.revoke_copied(request, state)
    sign_in.record_remark(request, state)
    device, token = state.device, state.token
    if device is None or not isinstance(token, Recognised):
        return AskPhone(Cause.KEY) if token == Unrecognised(WITHDRAWN) else Unknown()
    subject = Subject(device.agent, device) if state.authentication else None
    decision = request.decide(subject, touch_points=None)
    step = steps.next_step(state.authentication, decision, flow.requirements, reason=state.reason, code_sent=False)
    if isinstance(step, Refuse):
        request.record_refusal(decision, subject.agent if subject else None)
    return _store_renewal(request, device, token, decision) if isinstance(step, steps.Finish) else step


def sign_out(facts: RequestFacts, now: datetime) -> None:
    """Revoke the device that an app's token names, however old the token is. Ignores anything else."""
    device = tokens.owner(facts.token, now) if facts.token else None
    if device is not None and facts.client in ("", device.client):
        sign_out_device(device, facts, now)


def sign_out_device(device: Device, facts: RequestFacts, now: datetime) -> None:
    """Revoke an app's device because the app asks for it."""
    signing_out.sign_out(Device.objects.filter(pk=device.pk), Reason.AGENT, "in the app", facts.origin, now)


def _ended_since(agent: Agent, after_line: int) -> Reason | None:
    """Return what has signed the agent out everywhere since the proof, which was given on no device yet.

    The order of the trail decides, since the clocks of two servers may differ.
    """
    own = Q(kind__in=ENDED_BY) | Q(kind=Kind.DEVICE_ENDED, device__reason__in=DISTRUSTED)
    ending = Q(kind=Kind.EVERYONE_OUT) | Q(own, agent=agent)
    line = LoginEvent.objects.select_related("device").filter(ending, pk__gt=after_line).order_by("pk").first()
    if line is None:
        return None
    return ENDED_BY.get(Kind(line.kind)) or (Reason(line.device.reason) if line.device else Reason.EVERYONE)


def _store_renewal(
    request: FlowRequest[InMemoryFlow], device: Device, shown: Recognised, decision: Decision
) -> SignedIn:
    following = tokens.rotate(shown, device, request.now)
    devices.seen(device, request.now)
    request.record(Kind.RENEWED, decision, agent=device.agent, device=device)
    return SignedIn(device, following)


def _app(flow: InMemoryFlow, facts: RequestFacts) -> Browser:
    """Describe the app as a device row does. Its kind is always a phone, whatever its User-Agent says."""
    seen = facts.user_agent
    what = f"{flow.service_name}, {describe(seen)}" if seen.platform else flow.service_name
    return Browser(DeviceKind.MOBILE, what[:LONGEST_LABEL], user_agents.family(seen), client=facts.client)
