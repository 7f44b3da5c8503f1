"""Sign-ins of apps: enrolled on a proof that a browser gave, and renewed by token. The same rules let them in.

An app asks from its own network stack, so no cookies and no pages; the flow is in memory only. What the access
policy judges is the user agent of that very request.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp.agents import devices
from idp.agents.devices import Browser
from idp.agents.models import Agent, Device, Reason
from idp.agents.models import Kind as DeviceKind
from idp.audit.models import Kind, LoginEvent
from idp.login import ladder, sign_in, signing_out, standing
from idp.login.begun import Begun
from idp.login.judging import Who
from idp.login.ladder import AskCode, AskPhone, Cause, Refuse, RefusedBy
from idp.login.presented import Presented
from idp.login.sign_in import FreshProof, Proved
from idp.login.visit import Visit
from idp.policies import user_agents
from idp.policies.access.decisions import Decision
from idp.policies.access.rules import Effect
from idp.policies.user_agents.words import describe
from idp.tokens import lifecycle as tokens
from idp.tokens.lifecycle import WITHDRAWN, Recognised, Unrecognised

LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An app's device, and the token that it is to keep from now on; None to keep the one it has."""

    device: Device
    token: str | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the app showed is no token of its own."""


def enrol(begun: Begun, proved: Proved, presented: Presented, now: datetime) -> SignedIn | AskPhone | Refuse:
    """Make an app the device of the agent who gave a proof, and end what it replaces.

    Runs inside the caller's transaction. A refused app evicts nobody.
    """
    visit = Visit(begun, presented, now)
    agent = devices.hold_agent(proved.agent.pk)
    if not agent.is_active:
        visit.record(Kind.SWITCHED_OFF, agent=agent)
        return Refuse(RefusedBy.SWITCHED_OFF)
    if (ended := _ended_since(agent, proved.authentication.authenticated_at)) is not None:
        return AskPhone(ended)
    decision = visit.decide(Who(agent, None, fresh=True), touch_points=None)
    if decision.effect not in (Effect.ALLOW, Effect.ASK_CODE):
        visit.record_refusal(decision, agent)
        return ladder.refusal(decision)
    proof = FreshProof(proved.authentication.method, at=proved.authentication.authenticated_at)
    finished = sign_in.enrol(visit, agent, None, decision, proof, app=_app(begun, presented))
    return SignedIn(finished.ending.device, finished.handover.token)


def signed_in(pk: UUID, client: str) -> Device | None:
    """Return an app's device of that id, if it and its agent still count."""
    active = Device.objects.active().select_related("agent")
    device = active.filter(pk=pk, client=client, agent__is_active=True).first()
    return None if device is None or devices.is_ended(device) else device


def renew(begun: Begun, presented: Presented, now: datetime) -> SignedIn | Unknown | AskPhone | AskCode | Refuse:
    """Let an app's device go on by its token, if limits and access policy do; AskPhone says why it may not.

    Runs inside the caller's transaction. No session is used or opened by it: an app that renews in the background
    is no agent at work.
    """
    visit = Visit(begun, presented, now)
    known = standing.read(presented, begun.limits, now)
    if known.copied:
        return sign_in.end_copied(visit, known)
    sign_in.record_remark(visit, known)
    device, token = known.device, known.token
    if device is None or not isinstance(token, Recognised):
        return AskPhone(Cause.KEY) if token == Unrecognised(WITHDRAWN) else Unknown()
    who = Who(device.agent, device) if known.authentication else None
    decision = visit.decide(who, touch_points=None)
    step = ladder.next_step(known.authentication, decision, begun.wanted, reason=known.reason, code_sent=False)
    if isinstance(step, Refuse):
        visit.record_refusal(decision, who.agent if who else None)
    return _go_on(visit, device, token, decision) if isinstance(step, ladder.Finish) else step


def sign_out(presented: Presented, now: datetime) -> None:
    """End the device that an app's token names, however old the token; anything else is passed over."""
    device = tokens.owner(presented.token, now) if presented.token else None
    if device is not None and presented.client in ("", device.client):
        sign_out_device(device, presented, now)


def sign_out_device(device: Device, presented: Presented, now: datetime) -> None:
    """End an app's device because the app says so."""
    signing_out.sign_out(Device.objects.filter(pk=device.pk), Reason.AGENT, "in the app", presented.origin, now)


def _ended_since(agent: Agent, proved_at: datetime) -> Reason | None:
    """Say what ended every sign-in of an agent since a proof was given, which was on no device yet."""
    if devices.cutoff_since(proved_at) is not None:
        return Reason.EVERYONE
    changed = LoginEvent.objects.filter(agent=agent, kind=Kind.NUMBER_CHANGED, at__gte=proved_at)
    return Reason.NUMBER_CHANGED if changed.exists() else None


def _go_on(visit: Visit[Begun], device: Device, shown: Recognised, decision: Decision) -> SignedIn:
    following = tokens.rotate(shown, device, visit.now)
    devices.seen(device, visit.now)
    visit.record(Kind.RENEWED, decision, agent=device.agent, device=device)
    return SignedIn(device, following)


def _app(begun: Begun, presented: Presented) -> Browser:
    """Describe the app as a device row does. It runs on a phone, whatever its network stack calls itself."""
    seen = presented.user_agent
    what = f"{begun.service_name}, {describe(seen)}" if seen.platform else begun.service_name
    return Browser(DeviceKind.MOBILE, what[:LONGEST_LABEL], user_agents.family(seen), client=presented.client)
