"""How often each access rule decided, or would have decided in *watch only*, by the rule's key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce

from idp.audit.models import Figure
from idp.audit.statistics import counting, hourly
from idp.audit.statistics.hours import hour_of

WEEK: Final = timedelta(days=7)
MONTH: Final = timedelta(days=30)
RULES: Final = (Figure.DECIDED, Figure.WATCHED)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Sign-ins within 7 and 30 days that a rule decided (`on`), or would have (`watching`), and the last of them.

    Days begin with the hour.
    """

    on_week: int = 0
    on_month: int = 0
    watching_week: int = 0
    watching_month: int = 0
    last: datetime | None = None

    def sentence(self, since: datetime | None, now: datetime) -> str:
        """Describe the counts in a line. `since`: when the rule first came into force, or None if it never has."""
        if self.last is None and since is None:
            return "new: not in force yet, so it has matched nobody"
        if self.last is None and since is not None and now - since < MONTH:
            return f"has matched nobody since it came into force, {since:%Y-%m-%d %H:%M} UTC"
        if self.last is None:
            return "has matched nobody in 30 days"
        parts = [
            f"{words} {month} sign-in{'' if month == 1 else 's'} in 30 days, {week} in 7"
            for words, week, month in (
                ("decided", self.on_week, self.on_month),
                ("would have matched", self.watching_week, self.watching_month),
            )
            if month
        ]
        return f"{'; '.join(parts)}; last {self.last:%Y-%m-%d %H:%M} UTC"


NEVER: Final = RuleCount()


@dataclass(frozen=True, slots=True)
class _Part:
    """What some hours tell of one rule."""

    figure: str
    key: str
    week: int
    month: int
    last: datetime


def counts(now: datetime) -> dict[str, RuleCount]:
    """Count the last 30 days by rule, through all revisions, in three queries. The default counts as `default`."""
    month = range(hour_of(now - MONTH), hour_of(now) + 1)
    week = hour_of(now - WEEK)
    left = [it for it in hourly.uncounted(now) if it in month]
    found: dict[str, RuleCount] = {}
    for part in (*_kept(month, week, left), *_counted_now(left, week)):
        found[part.key] = _more(found.get(part.key, NEVER), part)
    return found


def _kept(month: range, week: int, left: list[int]) -> Iterator[_Part]:
    since = Coalesce(Sum("count", filter=Q(hour__gte=week)), 0)
    by_rule = hourly.stored_totals(month).filter(figure__in=RULES).exclude(hour__in=left).values("figure", "of")
    for row in by_rule.annotate(week=since, month=Sum("count"), last=Max("last_at")):
        yield _Part(row["figure"], row["of"], row["week"], row["month"], row["last"])


def _counted_now(hours: list[int], week: int) -> Iterator[_Part]:
    for cell, of in counting.judged(hours).items():
        if cell.figure in RULES:
            yield _Part(cell.figure, cell.of, of.count if cell.hour >= week else 0, of.count, of.last_at)


def _more(before: RuleCount, part: _Part) -> RuleCount:
    on, watching = part.figure == Figure.DECIDED, part.figure == Figure.WATCHED
    return RuleCount(
        before.on_week + on * part.week,
        before.on_month + on * part.month,
        before.watching_week + watching * part.week,
        before.watching_month + watching * part.month,
        max(before.last or part.last, part.last),
    )
