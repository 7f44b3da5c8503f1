"""How often each access rule decided, or would have while it only watched: told by the trail, by the rule's key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Max, Q

from idp.audit.models import LoginEvent
from idp.audit.past_sign_ins import JUDGED

WEEK: Final = timedelta(days=7)
MONTH: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Sign-ins within 7 and 30 days that a rule decided (`on`), or would have (`watching`), and the last of them."""

    on_week: int = 0
    on_month: int = 0
    watching_week: int = 0
    watching_month: int = 0
    last: datetime | None = None

    @property
    def sentence(self) -> str:
        """Say it in a line."""
        if self.last is None:
            return "matched nobody in 30 days"
        said = [
            f"{words} {month} in 30 days, {week} in 7"
            for words, week, month in (
                ("decided", self.on_week, self.on_month),
                ("would have matched", self.watching_week, self.watching_month),
            )
            if month
        ]
        return f"{'; '.join(said)}; last {self.last:%Y-%m-%d %H:%M} UTC"


NEVER: Final = RuleCount()


def counts(now: datetime) -> dict[str, RuleCount]:
    """Count the last 30 days by rule, through all revisions, in one query. The default counts as `default`."""
    found: dict[str, RuleCount] = {}
    for row in _rows(now):
        if row["decided_by"]:
            found[row["decided_by"]] = _more(found.get(row["decided_by"], NEVER), row, watching=False)
        for key in _watching(row["would_have"]):
            found[key] = _more(found.get(key, NEVER), row, watching=True)
    return found


def _rows(now: datetime) -> Iterable[Mapping[str, Any]]:
    lately = LoginEvent.objects.filter(kind__in=JUDGED, at__gt=now - MONTH, at__lte=now)
    told = lately.exclude(decided_by="").order_by().values("decided_by", "would_have")
    return told.annotate(week=Count("pk", filter=Q(at__gt=now - WEEK)), month=Count("pk"), last=Max("at"))


def _watching(would_have: object) -> set[str]:
    told = would_have if isinstance(would_have, list) else []
    return {str(it["rule"]) for it in told if isinstance(it, dict) and "rule" in it}


def _more(before: RuleCount, row: Mapping[str, Any], *, watching: bool) -> RuleCount:
    week, month = row["week"], row["month"]
    return RuleCount(
        before.on_week + (0 if watching else week),
        before.on_month + (0 if watching else month),
        before.watching_week + (week if watching else 0),
        before.watching_month + (month if watching else 0),
        max(before.last or row["last"], row["last"]),
    )
