"""Checks every limit before a code is sent: the day's budget, pauses after wrong codes, and the caps."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from idp.otp.allowances import AGAIN_LATER
from idp.otp.limits import caps, daily_budget, pauses, sums, todays_sends
from idp.otp.limits.asker import Asker
from idp.otp.limits.pauses import Failures
from idp.otp.limits.sums import FEW_READ, Part


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a code may be sent: unless the day's budget is spent, or this number is paused until an instant."""

    is_budget_spent: bool = False
    paused_until: datetime | None = None


def check_limits(counted_as: str, *, own: bool, asker: Asker, prefix: str, now: datetime) -> Verdict:
    """Check all limits, in one query unless one of them is near.

    The agent's own phone is paused only by its own wrong codes, so that no stranger can lock it out.
    """
    capped = [] if own else caps.capped_sends(counted_as, asker, prefix, now)
    of_today: Part = (todays_sends.today(now), Sum("number"), FEW_READ)
    failures = pauses.failure_parts(counted_as, own=own, now=now)
    today, in_a_row, recent, *unread = sums.of_parts([of_today, *failures, *(it.unread(now) for it in capped)])
    if today.many >= daily_budget.budget(own=asker.agent is not None):
        return Verdict(is_budget_spent=True)
    until = pauses.pause_for(counted_as, Failures(in_a_row.many, recent.many), now)
    if until is None and caps.first_reached(capped, unread, now):
        until = now + AGAIN_LATER
    return Verdict(paused_until=until)
