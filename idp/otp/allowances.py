"""How often a code may be sent and tried, within Verify's own limits. Pure.

Verify counts sends and checks per number, over all browsers. So anyone who knows a number can use them up. Browsers
that are not the agent's own therefore share only a part of them, so that the agent's own phone always has some left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

CODE_LIFETIME = timedelta(minutes=10)
TRIES, STRANGERS_TRIES = 5, 4
SENDS, STRANGERS_SENDS = 5, 4
DOUBLE_TAP = timedelta(seconds=5)
"""Two requests so close together count as one: the second joins the first, and no page says to wait."""
WAITS = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=90), timedelta(seconds=90))

AGAIN_LATER = timedelta(minutes=10)
"""How long a request has to wait once its number, address or prefix has used up its allowance."""
FREE_FAILURES = 10
MOST_FAILURES = 100
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many sends may remain without a right code within a time: a base, and more after right codes."""

    base: int
    for_each_proved: int
    within: timedelta
    trust_within: timedelta

    def is_used_up(self, unproved: int, proved: int) -> bool:
        """Whether nothing more is sent for now."""
        return proved < self.proofs_needed(unproved)

    def proofs_needed(self, unproved: int) -> int:
        """Return how many codes have to be proved so that something may be sent still."""
        return max(0, (unproved - self.base) // self.for_each_proved + 1)


# Many agents behind one address prove their codes; an attacker who tries numbers does not.
PER_ADDRESS = Allowance(base=30, for_each_proved=3, within=timedelta(hours=1), trust_within=timedelta(days=1))
PER_PREFIX = Allowance(base=60, for_each_proved=3, within=timedelta(hours=1), trust_within=timedelta(days=1))
PER_ADDRESS_A_DAY = Allowance(base=120, for_each_proved=3, within=timedelta(days=1), trust_within=timedelta(days=1))
PER_PREFIX_A_DAY = Allowance(base=300, for_each_proved=3, within=timedelta(days=1), trust_within=timedelta(days=1))
PER_NUMBER = Allowance(base=12, for_each_proved=4, within=timedelta(days=1), trust_within=timedelta(days=1))


def next_send_at(sends: int, last_send_at: datetime, *, own: bool) -> datetime | None:
    """Return the instant from which a code may be sent again, or None if all sends are used.

    `sends` includes the first one. Calls count too. `own`: by one of the agent's own devices.
    """
    return last_send_at + WAITS[sends - 1] if sends < (SENDS if own else STRANGERS_SENDS) else None


def tries_left(tries: int, strangers_tries: int, *, own: bool) -> int:
    """Return how many tries are left, of which strangers made some, for the agent's own devices or for strangers."""
    left = TRIES - tries
    return left if own else min(left, STRANGERS_TRIES - strangers_tries)


def is_over(started_at: datetime, now: datetime) -> bool:
    """Tell whether the code of a verification has expired. At the exact instant it has."""
    return now >= started_at + CODE_LIFETIME


def pause_after(failures: int) -> timedelta | None:
    """Return how long no code can be requested after so many wrong ones in a row.

    The pause doubles from ten minutes up to a day. None means until an operator lifts it.
    """
    if failures < FREE_FAILURES:
        return timedelta(0)
    if failures >= MOST_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
