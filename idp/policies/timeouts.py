"""Works out when a sign-in stops counting. Pure arithmetic: the caller passes the facts and the time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TimeoutPolicy:
    """How long a sign-in counts without use, after it was opened, and after the last code (None: without limit)."""

    name: str
    inactivity: timedelta
    absolute: timedelta
    code_again_after: timedelta | None


LEGACY = TimeoutPolicy("legacy", timedelta(hours=1), timedelta(hours=24), timedelta(hours=24))
ENHANCED = TimeoutPolicy("enhanced", timedelta(days=7), timedelta(days=9), timedelta(days=9))
LEGACY_REMEMBERED = replace(LEGACY, name="legacy, remembered", code_again_after=None)
BUILT_IN: tuple[TimeoutPolicy, ...] = (LEGACY, ENHANCED, LEGACY_REMEMBERED)


class Limit(StrEnum):
    """Which of the three durations has passed."""

    INACTIVITY = "inactivity"
    ABSOLUTE = "absolute"
    CODE_AGE = "code age"


def code_is_too_old(policy: TimeoutPolicy, authenticated_at: datetime, now: datetime) -> bool:
    """Tell whether a new code is due, which ends both session and token. At the exact instant it is due."""
    return policy.code_again_after is not None and has_passed(policy.code_again_after, authenticated_at, now)


def passed_limit(
    policy: TimeoutPolicy,
    *,
    authenticated_at: datetime,
    opened_at: datetime,
    last_seen_at: datetime,
    now: datetime,
) -> Limit | None:
    """Return the limit that ended the session, or None while it counts. At the exact instant the limit has passed.

    It has passed too since an instant as far ahead: a wrong clock dated that.
    """
    if code_is_too_old(policy, authenticated_at, now):
        return Limit.CODE_AGE
    if has_passed(policy.absolute, opened_at, now):
        return Limit.ABSOLUTE
    if has_passed(policy.inactivity, last_seen_at, now):
        return Limit.INACTIVITY
    return None


def has_passed(limit: timedelta, since: datetime, now: datetime) -> bool:
    """Tell whether a limit has passed since an instant, or the instant is as far ahead."""
    return abs(now - since) >= limit


def ends_at(
    policy: TimeoutPolicy, *, authenticated_at: datetime, opened_at: datetime, last_seen_at: datetime
) -> datetime:
    """Return the instant at which the first limit ends a session that is no longer used."""
    ends = [opened_at + policy.absolute, last_seen_at + policy.inactivity]
    if policy.code_again_after is not None:
        ends.append(authenticated_at + policy.code_again_after)
    return min(ends)
