"""Finds unexpectedly many refusals within a day after a publication that changed who may enter.

The result is computed from the trail at each call. Nothing is stored, and nothing is switched automatically.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, QuerySet, Subquery

from idp.audit.models import Kind, LoginEvent
from idp.audit.past_sign_ins import past
from idp.policies.access.rules import Effect, Policy
from idp.policies.models import PolicyRevision
from idp.policies.simulation.judging import Judge, deciding_part

HOUR: Final = timedelta(hours=1)
WATCHED: Final = timedelta(days=1)
WEEK: Final = timedelta(weeks=1)
WEEKS: Final = 4
LEAST: Final = 5
TIMES: Final = 3
MOST_READ: Final = 10_000
GUARDRAILS: Final = "guardrail:"


@dataclass(frozen=True, slots=True)
class UnexpectedRefusals:
    """An hour after a publication in which more were refused than expected; `by` counts what refused them."""

    revision: int
    since: datetime
    refused: int
    forecast: float
    by: tuple[tuple[str, int], ...]

    @property
    def sentence(self) -> str:
        """One sentence with the numbers."""
        until = self.since + HOUR
        return (
            f"Since revision {self.revision} of the access rules more is refused than expected: "
            f"{self.refused} phones or browsers "
            f"from {self.since:%H:%M} to {until:%H:%M} UTC, about {self.forecast:.0f} expected."
        )


def far_above(refused: int, forecast: float) -> bool:
    """Tell whether refusals of one hour are too many: over three times the forecast, and over five in any case."""
    return refused > max(LEAST, TIMES * forecast)


def refusals_since(now: datetime) -> QuerySet[LoginEvent]:
    """Return what the revision in force refused, if it is of the last day; up to `LEAST` there is nothing to find."""
    live = _just_published(now).order_by()
    since = LoginEvent.objects.filter(kind=Kind.REFUSED, at__gt=now - WATCHED)
    return since.filter(Exists(live), revision=Subquery(live.values("number")[:1]))


def find(now: datetime) -> UnexpectedRefusals | None:
    """Find the first hour since the last publication with far more refusals than the forecast. Looks back one day."""
    live = _just_published(now).prefetch_related("rules").first()
    if live is None or live.at is None or live.number is None or not _decides_otherwise(live):
        return None
    judge, number = Judge(live.policy), live.number
    for begin, by in sorted(_refused(live.at, number, now).items()):
        refused = by.total()
        if far_above(refused, 0) and far_above(refused, expected := _forecast(judge, begin)):
            return UnexpectedRefusals(number, begin, refused, expected, tuple(by.most_common(3)))
    return None


def _just_published(now: datetime) -> QuerySet[PolicyRevision]:
    return PolicyRevision.objects.live().filter(at__gt=now - WATCHED, at__lte=now, number__gt=1)


def _decides_otherwise(live: PolicyRevision) -> bool:
    before = PolicyRevision.objects.filter(number=(live.number or 0) - 1).prefetch_related("rules").first()
    return deciding_part(before.policy if before else Policy()) != deciding_part(live.policy)


def _refused(begun: datetime, number: int, now: datetime) -> dict[datetime, Counter[str]]:
    """Count the agents that a revision's rules refused, by the hour since it came into force. Each counts once."""
    lines = LoginEvent.objects.filter(kind=Kind.REFUSED, revision=number, at__gte=begun, at__lte=now)
    by_rules = lines.exclude(decided_by__startswith=GUARDRAILS).order_by("at", "pk")
    hours: dict[datetime, Counter[str]] = {}
    seen = set()
    for at, by, *who in by_rules.values_list("at", "decided_by", "agent_id", "address", "user_agent")[:MOST_READ]:
        hour = begun + (at - begun) // HOUR * HOUR
        if (hour, *who) not in seen:
            seen.add((hour, *who))
            hours.setdefault(hour, Counter())[by] += 1
    return hours


def _forecast(judge: Judge, begin: datetime) -> float:
    """Judge the same hour of the four weeks before, and average over those in which anybody came."""
    weeks = []
    for back in range(1, WEEKS + 1):
        since = begin - back * WEEK
        ends = {(it.agent, it.address, it.text): judge.verdicts(it)[0].effect for it in past(since + HOUR, since)}
        if ends:
            weeks.append(list(ends.values()).count(Effect.DENY))
    return sum(weeks) / len(weeks) if weeks else 0.0
