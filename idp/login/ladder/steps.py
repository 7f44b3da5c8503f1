"""What comes next in a login: ask for a number, ask for a code, let the agent in, or refuse."""

from dataclasses import dataclass
from enum import StrEnum

from idp.agents.authentication import Authentication
from idp.login.ladder.requirements import LoginRequirements
from idp.policies.access.decisions import STOP, Concern, Decision
from idp.policies.access.rules import Effect


class Cause(StrEnum):
    """Why a code is needed although nothing ended the sign-in and no limit of the timeout policy has passed."""

    EXPIRED = "expired"
    KEY = "key"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class AskPhone:
    """Ask the agent for a number or email address.

    `reason` says why a phone that was signed in needs proof again. It is the `Reason` that ended the device, a `Limit`
    or a `Cause`, or None if there is nothing to explain.
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
    """What refuses the sign-in."""

    ACCESS_POLICY = "access policy"
    NOT_PASSIVE = "not passive"
    SWITCHED_OFF = "switched off"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not let the agent in. `message` is the deciding rule's own sentence; without one, `concern` says why."""

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
    """Return the next step of a login.

    `authentication` is what was proved without a code, `reason` is why that was not enough, and `code_sent` tells
    whether a code of this login is still awaited.
    """
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
    """Return the refusal for a decision that denies: by a rule, or by the emergency stop."""
    by = RefusedBy.STOPPED if decision.decided_by == STOP else RefusedBy.ACCESS_POLICY
    return Refuse(by, decision.message, decision.concern)


def _counts(authentication: Authentication, decision: Decision, requirements: LoginRequirements) -> bool:
    by_policy = authentication.method.is_fresh or decision.effect == Effect.ALLOW
    return by_policy and _meets(authentication, requirements)


def _meets(authentication: Authentication, requirements: LoginRequirements) -> bool:
    if authentication.opened_by not in requirements.accepted:
        return False
    return authentication.method.is_fresh or not requirements.force_authn
