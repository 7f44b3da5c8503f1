"""When a code is asked again of a device that is signed in now. Pure, and the counterpart of `ladder.rung`."""

from dataclasses import dataclass
from datetime import datetime

from idp.login.ladder.rungs import DeviceFacts, SessionFacts
from idp.policies.timeouts import TimeoutPolicy
from idp.tokens.rotation import LIFETIME


@dataclass(frozen=True, slots=True)
class NextCode:
    """The instants from which a code is asked.

    `at_latest` is that of a device which keeps signing in (None: never), `unused` that of one which does not any
    more, counted from now on.
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
    """Work out when a device that shows its proofs falls off the ladder under a policy.

    `token_issued_at` is when its long-lived token was handed out, None for a device that has none. With one, a
    session that ends asks for no code. Without, the session is all there is; if none is open, a code is due now.
    """
    asked = policy.code_again_after
    by_code = None if asked is None else device.authenticated_at + asked
    if token_issued_at is not None:
        return NextCode(by_code, _earliest(by_code, token_issued_at + LIFETIME))
    if session is None:
        return NextCode(device.authenticated_at, device.authenticated_at)
    at_latest = _earliest(by_code, session.opened_at + policy.absolute)
    return NextCode(at_latest, _earliest(at_latest, session.last_seen_at + policy.inactivity))


def _earliest(limit: datetime | None, other: datetime) -> datetime:
    return other if limit is None else min(limit, other)
