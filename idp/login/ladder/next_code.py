"""When a device that is signed in will need its next code: the counterpart of `ladder.rungs.rung`."""

from dataclasses import dataclass
from datetime import datetime

from idp.login.ladder.rungs import DeviceFacts, SessionFacts
from idp.policies.timeouts import TimeoutPolicy
from idp.tokens.rotation import LIFETIME


@dataclass(frozen=True, slots=True)
class NextCode:
    """The instants from which a code is needed.

    `at_latest` applies to a device that keeps signing in (None: never). `unused` applies to a device that does not sign
    in again.
    """

    at_latest: datetime | None
    unused: datetime


def next_code(
    device: DeviceFacts,
    session: SessionFacts | None,
    policy: TimeoutPolicy,
    *,
    token_issued_at: datetime | None,
) -> NextCode:
    """Return when a policy will ask a device for a code, provided that it presents all its proofs.

    `token_issued_at` is when its long-lived token was issued, or None if it has none. A device with a token can replace
    an ended session without a code. A device without one depends on its session: if none is open, a code is due now.
    """
    due_after = policy.code_again_after
    by_code = None if due_after is None else device.authenticated_at + due_after
    if token_issued_at is not None:
        return NextCode(by_code, _earliest(by_code, token_issued_at + LIFETIME))
    if session is None:
        return NextCode(device.authenticated_at, device.authenticated_at)
    at_latest = _earliest(by_code, session.opened_at + policy.absolute)
    return NextCode(at_latest, _earliest(at_latest, session.last_seen_at + policy.inactivity))


def _earliest(limit: datetime | None, other: datetime) -> datetime:
    return other if limit is None else min(limit, other)
