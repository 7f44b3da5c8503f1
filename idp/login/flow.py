"""The one dispatcher of the login: it reads facts, has them judged and written, and names the next step.

Every page and form of the login comes back to `advance`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import F

from idp.agents import devices
from idp.agents.authentication import Method
from idp.agents.models import Agent, Reason
from idp.audit.models import Kind
from idp.bearer_secrets import keyed_hash, new_secret, same
from idp.login import guessing, ladder, sending, sign_in, standing
from idp.login.attempts import attempt
from idp.login.cookies import FLOW_LIFETIME, Handover
from idp.login.errors import AlreadySignedIn, CookieLost, FlowUnknown
from idp.login.judging import Who
from idp.login.ladder import AskCode, AskPhone, LoginRequirements, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.presented import Presented
from idp.login.sign_in import BY_CODE, Admission, Ending, Finished, FreshProof, Proved
from idp.login.standing import Standing
from idp.login.visit import Visit
from idp.otp import abuse, breaker, limits, proofs, verifications
from idp.otp.abuse import Asker
from idp.otp.channels import Channel
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.models import Outcome, Verification
from idp.otp.proofs import Given
from idp.otp.verifications import Checked, Paused
from idp.passkeys import keeping
from idp.passkeys.keeping import NotProved
from idp.policies.access import LATER, Decision, Effect
from idp.policies.facts import TouchPoints
from idp.policies.models import TimeoutPolicy

OWN_STILL = ("", Reason.REPLACED, Reason.AGENT, Reason.NUMBER_CHANGED, Reason.EVERYONE)
Answer = TypeVar("Answer")
Wanted = TypeVar("Wanted", Admission, Proved)


@dataclass(frozen=True, slots=True)
class TextsDown:
    """Nobody can be sent a code just now, whoever they are. Nothing was reserved."""


@dataclass(frozen=True, slots=True)
class TooEarly:
    """A code was sent a moment ago, and has to be waited for before another can be asked for."""


@dataclass(frozen=True, slots=True)
class Concluded(Generic[Answer]):
    """What the protocol made of an admission, and the cookies that go with it."""

    answer: Answer
    handover: Handover


Step = AskPhone | AskCode | Refuse | Finished[Ending]


def begin(
    requirements: LoginRequirements,
    policy: TimeoutPolicy,
    *,
    return_to: Callable[[UUID], str],
    protocol: dict[str, Any],
    now: datetime,
) -> LoginFlow:
    """Begin a login in memory. It is stored only when a page is needed."""
    flow = LoginFlow(
        service=requirements.service,
        service_name=requirements.service_name,
        timeout_policy=policy,
        force_authn=requirements.force_authn,
        is_passive=requirements.is_passive,
        accepted=sorted(requirements.accepted),
        enrols_browser=requirements.enrols_browser,
        leads_to=requirements.leads_to,
        protocol=protocol,
        begun_at=now,
        expires_at=now + FLOW_LIFETIME,
    )
    flow.return_to = return_to(flow.pk)
    return flow


def store(flow: LoginFlow) -> str:
    """Keep a flow until its pages are done, and return the secret for its cookie."""
    secret = new_secret()
    flow.secret_hash = keyed_hash("flow", secret)
    flow.save(force_insert=True)
    return secret


def get(pk: UUID, secret: str | None, now: datetime) -> LoginFlow:
    """Return the flow that a browser holds.

    Raises FlowUnknown if there is none or it is too old, CookieLost if the browser is not the one it was
    begun in.
    """
    flow = LoginFlow.objects.select_related("timeout_policy", "agent", "device").filter(pk=pk).first()
    if flow is None or now >= flow.expires_at:
        raise FlowUnknown("no such flow" if flow is None else f"flow of {flow.begun_at:%H:%M:%S} is too old")
    if not secret or not same(flow.secret_hash, keyed_hash("flow", secret)):
        raise CookieLost("the flow cookie is " + ("wrong" if secret else "missing"))
    return flow


def advance(flow: LoginFlow, presented: Presented, now: datetime) -> Step:
    """Take a flow as far as it goes without asking the agent for anything, and name what comes next."""
    return attempt(lambda: _advance(Visit(flow, presented, now)))


def send_code(
    flow: LoginFlow, typed: PhoneNumber | Email, channel: Channel, presented: Presented, now: datetime
) -> AskCode | Refuse | TextsDown | TooEarly | Paused:
    """Have a code sent to what was typed, unless the access policy refuses this phone or nothing can be sent."""
    decision = _judge(Visit(flow, presented, now), None)
    if isinstance(decision, Refuse):
        return decision
    if typed.shown == flow.typed and _is_approved(flow, now):
        return AskCode()  # nothing has to be sent: the page comes back by `go_on`
    asker = asker_of(presented)
    if texts_are_down(now) or abuse.budget_is_spent(now, own=asker.agent is not None):
        return TextsDown()
    asked = verifications.ask(typed, channel, asker, now)
    if isinstance(asked, Paused):
        return asked
    _go_on_with(flow, asked.verification, typed, presented)
    if asked.send is not None:
        sending.dispatch(asked.send, presented.origin, flow.service)
    return TooEarly() if asked.too_early else AskCode()


def begin_otherwise(
    flow: LoginFlow, typed: PhoneNumber | Email, presented: Presented, now: datetime
) -> AskCode | Refuse | Paused:
    """Go on to a code that needs no text, unless the access policy refuses this phone. Nothing is sent."""
    decision = _judge(Visit(flow, presented, now), None)
    if isinstance(decision, Refuse):
        return decision
    joined = verifications.join(typed, asker_of(presented), now)
    if isinstance(joined, Paused):
        return joined
    _go_on_with(flow, joined, typed, presented)
    return AskCode()


def asker_of(presented: Presented) -> Asker:
    """Say whose own device asks, if any: one that is signed in, or was until its agent or another phone ended that."""
    device = devices.find(presented.device_secret)
    known = device is not None and device.reason in OWN_STILL
    return Asker(device.agent_id if device and known else None, presented.origin.address)


def texts_are_down(now: datetime) -> bool:
    """Whether nobody can be sent a code; asking has Verify tried again now and then."""
    if not breaker.reason():
        return False
    sending.probe_if_due(now)
    return True


def change_number(flow: LoginFlow) -> None:
    """Go back to the first page; what was typed stays for correction."""
    flow.verification = None
    flow.save(update_fields=["verification"])


def give_code(flow: LoginFlow, code: str, presented: Presented, now: datetime) -> Step | Checked:
    """Try a code, and sign the agent in if it is right."""
    visit = Visit(flow, presented, now)
    if flow.verification is None or not flow.accepts(Method.CODE):
        return AskPhone(None)
    if not _is_approved(flow, now):
        sending.wait(flow.verification_id)
        checked = verifications.check(flow.verification, code, asker_of(presented), sending.gateway(), now)
        if checked != Checked.APPROVED:
            return _not_right(visit, checked, checked.value)
        attempt(lambda: _keep_approval(flow))
    return attempt(lambda: _use_approval(visit))


def go_on(flow: LoginFlow, presented: Presented, now: datetime) -> Step:
    """Advance a flow; where a code was right before and we were too busy to sign its agent in, do that now."""
    if _is_approved(flow, now):
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
    decision = _judge(visit, None)
    return decision if isinstance(decision, Refuse) else attempt(lambda: _use_passkey(visit, shown))


def conclude(
    flow: LoginFlow, presented: Presented, now: datetime, answer: Callable[[Admission], Answer]
) -> Concluded[Answer] | Step:
    """Advance a flow and, if that lets the agent in, have the protocol's answer made in the same transaction.

    A flow is answered once: raises AlreadySignedIn the second time.
    """
    return attempt(lambda: _conclude(Visit(flow, presented, now), Admission, answer))


def conclude_with_proof(
    flow: LoginFlow, presented: Presented, now: datetime, answer: Callable[[Proved], Answer]
) -> Concluded[Answer] | Step:
    """Do the same for a flow that enrols no browser: what its answer is made from is the proof alone."""
    return attempt(lambda: _conclude(Visit(flow, presented, now), Proved, answer))


def give_up(flow: LoginFlow, now: datetime) -> None:
    """End a flow without an answer; its pages are gone from now on. Raises AlreadySignedIn if it had one."""
    unfinished = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=True)
    if unfinished.update(expires_at=max(now, flow.begun_at + timedelta(microseconds=1))) != 1:
        raise AlreadySignedIn("the flow is finished and cannot be given up")


def _advance(visit: Visit) -> Step:
    flow, presented = visit.flow, visit.presented
    if flow.stored and _hold(flow).finished_at is not None:
        return sign_in.finished_before(visit)
    policy = flow.timeout_policy.limits
    by_loan = standing.read_loan(presented, flow.service, policy, visit.now)
    known = by_loan or standing.read(presented, policy, visit.now)
    if known.copied:
        return sign_in.end_copied(visit, known)
    sign_in.record_remark(visit, known)
    who = Who(known.device.agent, known.device) if known.authentication and known.device else None
    decision = visit.decide(who, touch_points=_touch_points(visit, known))
    step = ladder.next_step(
        known.authentication,
        decision,
        _requirements(flow),
        reason=known.reason,
        code_sent=flow.verification_id is not None,
    )
    match step:
        case ladder.Finish(authentication):
            return sign_in.renew(visit, known, authentication, decision)
        case Refuse(by=RefusedBy.ACCESS_POLICY | RefusedBy.STOPPED) if flow.stored or flow.is_passive:
            visit.record_refusal(decision, who.agent if who else None)  # else its page comes next, and does so
    return step


def _keep_approval(flow: LoginFlow) -> None:
    """Remember that a code was right, in this flow and so in this browser: Twilio tells it once."""
    flow.approved = flow.verification
    flow.save(update_fields=["approved"])


def _is_approved(flow: LoginFlow, now: datetime) -> bool:
    """Whether the code that this flow waits for was right in it, and is neither used up nor too old."""
    if flow.approved_id is None or flow.approved_id != flow.verification_id or flow.verification is None:
        return False
    flow.verification.refresh_from_db()
    return verifications.is_under_way(flow.verification, now)


def _use_approval(visit: Visit) -> Step | Checked:
    """Turn an approved verification into a sign-in, if nobody used it before and the access policy allows."""
    flow = _hold(visit.flow)
    if flow.finished_at is not None:
        return sign_in.finished_before(visit)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    if not verifications.approve(verification, visit.now):
        return Checked.WRONG
    return _let_in(visit, Agent.objects.get(pk=verification.authenticator.user_id), BY_CODE)


def _use_proof(visit: Visit, given: Given) -> Step | Checked:
    """Turn a code that needs no text into a sign-in. It is used up in the same transaction, for this agent alone."""
    flow = _hold(visit.flow)
    if flow.finished_at is not None:
        return sign_in.finished_before(visit)
    verification = flow.verification
    if verification is None or verification.authenticator is None:
        return Checked.WRONG
    agent = Agent.objects.get(pk=verification.authenticator.user_id)
    proved = proofs.spend(agent, given, visit.now)
    if proved is None:
        return Checked.WRONG
    verifications.approve(verification, visit.now, Outcome.OTHERWISE)  # whoever was faster, the code counts by itself
    return _let_in(visit, agent, FreshProof(proved.method, proved.remark))


def _use_passkey(visit: Visit, shown: str) -> Step | NotProved:
    """Turn the use of a passkey into a sign-in. The challenge is used up in the same transaction."""
    flow = _hold(visit.flow)
    if flow.finished_at is not None:
        return sign_in.finished_before(visit)
    proved = keeping.spend(shown, flow.pk, visit.now)
    if isinstance(proved, NotProved):
        kind = Kind.PASSKEY_COPIED if proved.refused.copied else Kind.PASSKEY_REFUSED
        named = proved.named
        visit.record(kind, agent=named and named.agent, device=named and named.device, detail=proved.refused.why)
        return proved
    flow.touch_points = visit.presented.touch_points
    return _let_in(visit, proved.passkey.agent, FreshProof(Method.PASSKEY, f"passkey of {proved.passkey.label}"))


def _let_in(visit: Visit, agent: Agent, proof: FreshProof) -> Step:
    """Sign in an agent who has just proved who they are, if they are switched on and the access policy allows."""
    if not agent.is_active:
        visit.record(Kind.SWITCHED_OFF, agent=agent)
        return Refuse(RefusedBy.SWITCHED_OFF)
    present = devices.find(visit.presented.device_secret)
    own = present if present and present.agent_id == agent.pk and present.revoked_at is None else None
    decision = _judge(visit, Who(agent, own, fresh=True))
    if isinstance(decision, Refuse):
        return decision
    if not visit.flow.enrols_browser:
        return sign_in.prove(visit, agent, decision, proof)
    return sign_in.enrol(visit, agent, present, decision, proof)


def _judge(visit: Visit, who: Who | None) -> Decision | Refuse:
    """Ask the access policy about this request, and record it if it refuses. With a proof nothing may stay open."""
    decision = visit.decide(who, touch_points=visit.presented.touch_points)
    if decision.effect != Effect.DENY and (who is None or decision.effect is not None):
        return decision
    visit.record_refusal(decision, who.agent if who else None)
    return ladder.refusal(decision)


def _go_on_with(flow: LoginFlow, verification: Verification, typed: PhoneNumber | Email, presented: Presented) -> None:
    """Keep what was typed on the first page and what it leads to."""
    flow.verification, flow.typed, flow.touch_points = verification, typed.shown, presented.touch_points
    flow.save(update_fields=["verification", "typed", "touch_points"])


def _not_right(visit: Visit, checked: Checked, detail: str) -> Step | Checked:
    """Record a code that let nobody in, unless its twin of a double tap was right and faster."""
    flow = visit.flow
    flow.refresh_from_db()
    if flow.finished_at is not None or _is_approved(flow, visit.now):
        return go_on(flow, visit.presented, visit.now)
    authenticator = flow.verification.authenticator if flow.verification else None
    visit.record(
        Kind.CODE_UNKNOWN if checked == Checked.UNKNOWN else Kind.CODE_WRONG,
        agent=authenticator.user if authenticator else None,
        detail=detail,
    )
    return checked


def _conclude(visit: Visit, wanted: type[Wanted], answer: Callable[[Wanted], Answer]) -> Concluded[Answer] | Step:
    step = _advance(visit)
    if not isinstance(step, Finished):
        return step
    ending = _claim(visit) if visit.flow.stored else step.ending
    if isinstance(ending, Refuse):
        return ending
    if not isinstance(ending, wanted):
        raise FlowUnknown("the flow was begun at another door")
    return Concluded(answer(ending), step.handover)


def _claim(visit: Visit) -> Ending | Refuse:
    """Take the ending of a finished flow, once; agent, device and rules are looked at again."""
    flow = visit.flow
    claimed = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=False, claimed_at__isnull=True)
    if claimed.update(claimed_at=visit.now) != 1:
        raise AlreadySignedIn("the flow was claimed before")
    ending = sign_in.ending_of(flow)
    device = flow.device
    if not ending.agent.is_active or (device is not None and devices.is_ended(device)):
        raise FlowUnknown("agent or device ended between sign-in and answer")
    touch_points = device.touch_points if device else flow.touch_points
    decision = visit.decide(Who(ending.agent, device, fresh=device is None), touch_points=touch_points)
    fresh = ending.authentication.method.is_fresh
    if decision.effect == Effect.ALLOW or (fresh and decision.effect == Effect.ASK_CODE):
        return ending
    visit.record_refusal(decision, ending.agent)
    return ladder.refusal(decision)


def _touch_points(visit: Visit, known: Standing) -> TouchPoints:
    """Say what is known of touch points: told at the last code, told on this flow's first page, or still to come."""
    if known.authentication and known.device:
        return known.device.touch_points
    return visit.presented.touch_points if visit.flow.verification_id else LATER


def _hold(flow: LoginFlow) -> LoginFlow:
    LoginFlow.objects.filter(pk=flow.pk).update(expires_at=F("expires_at"))
    flow.refresh_from_db()
    return flow


def _requirements(flow: LoginFlow) -> LoginRequirements:
    return LoginRequirements(
        service=flow.service,
        service_name=flow.service_name,
        force_authn=flow.force_authn,
        is_passive=flow.is_passive,
        accepted=frozenset(map(Method, flow.accepted)),
        enrols_browser=flow.enrols_browser,
        leads_to=flow.leads_to,
    )
