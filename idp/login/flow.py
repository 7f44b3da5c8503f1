"""The one dispatcher of the login: it reads facts, has them judged and written, and names the next step.

Every page and form of the login comes back to `advance`. How a code is asked for stands in `asking`, how a proof is
given in `proving`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from idp.agents import devices
from idp.agents.models import Device
from idp.bearer_secrets import keyed_hash, new_secret, same
from idp.login import ladder, sign_in, standing
from idp.login.attempts import Meaning, attempt
from idp.login.begun import Begun, UnderWay
from idp.login.cookies import Handover
from idp.login.errors import AlreadySignedIn, CookieLost, FlowUnknown
from idp.login.judging import Who
from idp.login.ladder import AskCode, AskPhone, Refuse, RefusedBy
from idp.login.models import LoginFlow
from idp.login.presented import Presented
from idp.login.sign_in import Admission, Ending, Finished, Proved
from idp.login.standing import Standing
from idp.login.visit import Visit
from idp.otp import breaker
from idp.policies.access.facts import LATER, TouchPoints
from idp.policies.access.rules import Effect
from idp.sql.together import apart
from idp.versions import version

Answer = TypeVar("Answer")
Wanted = TypeVar("Wanted", Admission, Proved)


@dataclass(frozen=True, slots=True)
class Concluded(Generic[Answer]):
    """What the protocol made of an admission, and the cookies that go with it."""

    answer: Answer
    handover: Handover


Step = AskPhone | AskCode | Refuse | Finished[Ending]


def store(begun: Begun) -> str:
    """Keep a login until its pages are done, and return the secret for its cookie."""
    secret, flow = new_secret(), begun.as_row()
    flow.secret_hash = keyed_hash("flow", secret)
    flow.save(force_insert=True)
    return secret


def get(pk: UUID, secret: str | None, now: datetime) -> LoginFlow:
    """Return the flow that a browser holds.

    Raises FlowUnknown if there is none or it is too old, CookieLost if the browser is not the one it was
    begun in.
    """
    replaced = Exists(Device.objects.filter(replaced_by=OuterRef("device")))
    flow: Any = (
        _whole().annotate(version=version.Present(), breaker=breaker.state(), replaced=replaced).filter(pk=pk).first()
    )
    if flow is None or now >= flow.expires_at:
        raise FlowUnknown("no such flow" if flow is None else f"flow of {flow.begun_at:%H:%M:%S} is too old")
    if not secret or not same(flow.secret_hash, keyed_hash("flow", secret)):
        raise CookieLost("the flow cookie is " + ("wrong" if secret else "missing"))
    version.heard(flow.version)
    flow.texts_fail, flow.has_replaced = flow.breaker, flow.replaced
    if flow.agent is not None:
        flow.agent.held_roles = apart(flow.held_roles)
    found: LoginFlow = flow
    return found


def _whole() -> QuerySet[LoginFlow, Any]:
    """Ask for flows with all that their next step may need."""
    about = ("agent__department", "device", "verification__authenticator__user")
    return LoginFlow.objects.select_related(*about).annotate(held_roles=devices.roles("agent"))


def advance(flow: UnderWay, presented: Presented, now: datetime) -> Step:
    """Take a flow as far as it goes without asking the agent for anything, and name what comes next."""
    was_finished = _is_finished(flow)
    return attempt(lambda: _advance(Visit(flow, presented, now), was_finished))


def conclude(
    flow: UnderWay,
    presented: Presented,
    now: datetime,
    answer: Callable[[Admission], Answer],
    meaning: Meaning = lambda _: None,
) -> Concluded[Answer] | Step:
    """Advance a flow and, if that lets the agent in, have the protocol's answer made in the same transaction.

    A flow is answered once: raises AlreadySignedIn the second time. `meaning` says what the protocol raises where a
    table refuses its answer.
    """
    was_finished = _is_finished(flow)
    return attempt(lambda: _conclude(Visit(flow, presented, now), was_finished, Admission, answer), meaning)


def conclude_with_proof(
    flow: UnderWay, presented: Presented, now: datetime, answer: Callable[[Proved], Answer]
) -> Concluded[Answer] | Step:
    """Do the same for a flow that enrols no browser: what its answer is made from is the proof alone."""
    was_finished = _is_finished(flow)
    return attempt(lambda: _conclude(Visit(flow, presented, now), was_finished, Proved, answer))


def give_up(flow: LoginFlow, now: datetime) -> None:
    """End a flow without an answer; its pages are gone from now on. Raises AlreadySignedIn if it had one."""
    unfinished = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=True)
    if unfinished.update(expires_at=max(now, flow.begun_at + timedelta(microseconds=1))) != 1:
        raise AlreadySignedIn("the flow is finished and cannot be given up")


def _is_finished(flow: UnderWay) -> bool:
    """Whether a stored flow is over, as it was read; that stays so. Within an attempt the row in hand may be ahead."""
    return isinstance(flow, LoginFlow) and flow.finished_at is not None


def _advance(visit: Visit[UnderWay], was_finished: bool) -> Step:
    flow, presented = visit.flow, visit.presented
    # Whoever shows nothing of ours cannot be signed in here, so there is nothing to hold the row for.
    if isinstance(flow, LoginFlow) and (
        was_finished or (presented.may_name_a_device and hold(flow).finished_at is not None)
    ):
        return sign_in.finished_before(Visit(flow, presented, visit.now))
    policy = flow.limits
    by_loan = standing.read_loan(presented, flow.service, policy, visit.now)
    known = by_loan or standing.read(presented, policy, visit.now)
    version.confirm()  # where no device was asked for: nothing is written by what is not set any more
    if known.copied:
        return sign_in.end_copied(visit, known)
    sign_in.record_remark(visit, known)
    who = Who(known.device.agent, known.device) if known.authentication and known.device else None
    decision = visit.decide(who, touch_points=_touch_points(visit, known))
    step = ladder.next_step(
        known.authentication,
        decision,
        flow.wanted,
        reason=known.reason,
        code_sent=flow.code_sent,
    )
    match step:
        case ladder.Finish(authentication):
            return sign_in.renew(visit, known, authentication, decision)
        case Refuse(by=RefusedBy.ACCESS_POLICY | RefusedBy.STOPPED) if isinstance(flow, LoginFlow) or flow.is_passive:
            visit.record_refusal(decision, who.agent if who else None)  # else its page comes next, and does so
    return step


def _conclude(
    visit: Visit[UnderWay], was_finished: bool, wanted: type[Wanted], answer: Callable[[Wanted], Answer]
) -> Concluded[Answer] | Step:
    step = _advance(visit, was_finished)
    if not isinstance(step, Finished):
        return step
    ending = step.ending if isinstance(visit.flow, Begun) else _claim(visit, visit.flow)
    if isinstance(ending, Refuse):
        return ending
    if not isinstance(ending, wanted):
        raise FlowUnknown("the flow was begun at another door")
    return Concluded(answer(ending), step.handover)


def _claim(visit: Visit[UnderWay], flow: LoginFlow) -> Ending | Refuse:
    """Take the ending of a finished flow, once; agent, device and rules are looked at again."""
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


def _touch_points(visit: Visit[UnderWay], known: Standing) -> TouchPoints:
    """Say what is known of touch points: told at the last code, told on this flow's first page, or still to come."""
    if known.authentication and known.device:
        return known.device.touch_points
    return visit.presented.touch_points if visit.flow.code_sent else LATER


def hold(flow: LoginFlow) -> LoginFlow:
    """Hold a flow's row until the commit, and return it fresh. Runs inside the caller's transaction."""
    LoginFlow.objects.filter(pk=flow.pk).update(expires_at=F("expires_at"))
    flow.refresh_from_db(from_queryset=_whole())
    return flow


def hold_as_it_is(flow: LoginFlow) -> bool:
    """Hold a flow's row if it still waits for the code that it waited for when it was read; else False."""
    unfinished = LoginFlow.objects.filter(pk=flow.pk, finished_at__isnull=True, verification=flow.verification_id)
    return unfinished.update(expires_at=F("expires_at")) == 1
