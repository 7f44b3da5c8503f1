"""The ordered ways in: a live session, then a long-lived token, then a code. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from idp.agents.authentication import Authentication, Method
from idp.policies.timeouts import Limit, TimeoutPolicy, code_is_too_old, passed_limit


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
