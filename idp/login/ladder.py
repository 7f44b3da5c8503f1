"""The ordered ways in, and what comes next. Pure: facts and the time come in, a step comes out.

The rungs are tried in order: a live session, then a long-lived token, then the code.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from idp.agents.authentication import OPENING, Authentication, Method
from idp.policies.access.decisions import STOP, Concern, Decision
from idp.policies.access.rules import Effect
from idp.policies.timeouts import Limit, TimeoutPolicy, code_is_too_old, passed_limit


@dataclass(frozen=True, slots=True)
class LoginRequirements:
    """What a protocol asks of the login, complete when the flow begins.

    `force_authn` wants a fresh proof; `accepted` are the proofs that a sign-in may have been opened by, however
    long ago; `is_passive` wants no page (SAML Core 3.4.1). Where the browser is only a go-between it is not made
    a device (`enrols_browser`): the login ends in the proof, and whoever asked enrols the app that comes for it.
    `leads_to` is the origin or scheme to which the answer redirects, if it does.
    """

    service: str
    service_name: str
    force_authn: bool = False
    is_passive: bool = False
    accepted: frozenset[Method] = OPENING
    enrols_browser: bool = True
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """The device that the browser named, and whose it is."""

    id: UUID
    agent: UUID
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The open session of that device."""

    opened_by: Method
    opened_at: datetime
    last_seen_at: datetime


class Proof(StrEnum):
    """What the browser showed besides its device cookie."""

    SESSION_COOKIE = "session cookie"
    TOKEN = "token"
    LOAN = "loan"
    NOTHING = "nothing"


def rung(
    device: DeviceFacts | None,
    session: SessionFacts | None,
    proof: Proof,
    policy: TimeoutPolicy,
    now: datetime,
) -> Authentication | Limit | None:
    """Return the highest rung that holds without a code, the limit that broke it, or None.

    On a remembered device the token proves the session too; elsewhere the session cookie does. A loan counts as the
    token of the device that gave it.
    """
    if device is None or proof == Proof.NOTHING:
        return None
    limit = _session_limit(device, session, policy, now)
    if session is not None and limit is None:
        return Authentication(device.agent, device.id, Method.SESSION, session.opened_by, device.authenticated_at)
    if code_is_too_old(policy, device.authenticated_at, now):
        return Limit.CODE_AGE
    if proof in {Proof.TOKEN, Proof.LOAN}:
        return Authentication(device.agent, device.id, Method.TOKEN, Method.TOKEN, device.authenticated_at)
    return limit


def _session_limit(
    device: DeviceFacts, session: SessionFacts | None, policy: TimeoutPolicy, now: datetime
) -> Limit | None:
    if session is None:
        return None
    return passed_limit(
        policy,
        authenticated_at=device.authenticated_at,
        opened_at=session.opened_at,
        last_seen_at=session.last_seen_at,
        now=now,
    )


class Cause(StrEnum):
    """Why a code is asked where nothing ended the sign-in and no limit of the timeout policy has passed."""

    EXPIRED = "expired"
    KEY = "key"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class AskPhone:
    """Ask who it is. `reason` says why a phone that was signed in has to prove itself again.

    It is what ended the device, a limit, or a cause; exactly one, or None where there is nothing to explain.
    """

    reason: str | None


@dataclass(frozen=True, slots=True)
class AskCode:
    """Ask for the code that was sent."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Let the agent in."""

    authentication: Authentication


class RefusedBy(StrEnum):
    """Whose wish the agent's sign-in does not meet."""

    ACCESS_POLICY = "access policy"
    NOT_PASSIVE = "not passive"
    SWITCHED_OFF = "switched off"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not let the agent in. `message` is the rule's own sentence, if it has one; else the concern tells why."""

    by: RefusedBy
    message: str = ""
    concern: Concern = Concern.OTHER


Step = AskPhone | AskCode | Finish | Refuse


def next_step(
    authentication: Authentication | None,
    decision: Decision,
    requirements: LoginRequirements,
    *,
    reason: str | None,
    code_sent: bool,
) -> Step:
    """Say what comes next, given what was proved, what the access policy says and what the service asked."""
    if decision.effect == Effect.DENY:
        return refusal(decision)
    if authentication is not None and _counts(authentication, decision, requirements):
        return Finish(authentication)
    if requirements.is_passive:
        return Refuse(RefusedBy.NOT_PASSIVE)
    if code_sent:
        return AskCode()
    else_in = authentication is not None and _meets(authentication, requirements)
    return AskPhone(Cause.POLICY if else_in and decision.effect == Effect.ASK_CODE else reason)


def refusal(decision: Decision) -> Refuse:
    """Say how a denial is told: in the rule's own sentence, or that all sign-ins are stopped."""
    by = RefusedBy.STOPPED if decision.decided_by == STOP else RefusedBy.ACCESS_POLICY
    return Refuse(by, decision.message, decision.concern)


def _counts(authentication: Authentication, decision: Decision, requirements: LoginRequirements) -> bool:
    by_policy = authentication.method.is_fresh or decision.effect == Effect.ALLOW
    return by_policy and _meets(authentication, requirements)


def _meets(authentication: Authentication, requirements: LoginRequirements) -> bool:
    if authentication.opened_by not in requirements.accepted:
        return False
    return authentication.method.is_fresh or not requirements.force_authn
