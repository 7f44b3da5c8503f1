"""The ladder: a live session, then a long-lived token, then a code."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from idp.agents.authentication import Authentication, Method
from idp.policies.timeouts import Limit, TimeoutPolicy, code_is_too_old, passed_limit
from idp.values import value


@value
class DeviceFacts:
    """The device that the request names, its agent, and when that agent last gave a code or passkey there."""

    id: UUID
    agent: UUID
    authenticated_at: datetime


@value
class SessionFacts:
    """The open session of that device."""

    opened_by: Method
    opened_at: datetime
    last_seen_at: datetime


class Proof(StrEnum):
    """What the request presents to prove that it comes from the device it names."""

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
    """Return the highest rung that lets the agent in without a code.

    If there is none, return the limit that has passed, or None if no limit is to blame.

    A remembered device proves its session with its token, any other device with the session cookie. A loan counts as
    the token of the device that gave it.
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
