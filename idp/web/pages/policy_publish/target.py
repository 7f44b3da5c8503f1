"""What is to be published: the draft, or an older revision to go back to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from idp.policies.access.rules import Policy
from idp.policies.editing import publishing
from idp.policies.editing.differences import Difference, differences
from idp.policies.editing.publishing import LONGEST_REASON
from idp.policies.models import PolicyRevision, State


@dataclass(frozen=True, slots=True)
class Target:
    """A revision that may come into force, beside the one that is; `seen` is what an operator looks at."""

    revision: PolicyRevision
    live: PolicyRevision
    seen: str

    @classmethod
    def of(cls, number: str) -> Self | None:
        """Find the past revision of this number, or for no number the draft; None if there is no such."""
        chosen = _past(number) if number else publishing.draft()
        return cls(chosen, publishing.live(), str(publishing.seen(chosen))) if chosen else None

    @property
    def number(self) -> str:
        """The number to go back to; empty for the draft."""
        return str(self.revision.number or "")

    @property
    def policies(self) -> tuple[Policy, Policy]:
        """What is in force, and what would be."""
        return self.live.policy, self.revision.policy

    @property
    def changes(self) -> tuple[Difference, ...]:
        """What would differ, in words."""
        return differences(*self.policies)

    @property
    def suggestion(self) -> str:
        """A reason to begin with."""
        if self.number:
            return f"Back to revision {self.number}"
        return "; ".join(it.sentence for it in self.changes)[:LONGEST_REASON]

    def publish(self, author: UUID | None, reason: str, looked_at: str, now: datetime) -> PolicyRevision:
        """Put it in force. Raises CannotPublish, also if it is not what was looked at any more."""
        if self.revision.number:
            number = self.revision.number
            return publishing.go_back(number, author=author, reason=reason, now=now, looked_at=looked_at)
        return publishing.publish(author=author, reason=reason, now=now, looked_at=looked_at)


def _past(number: str) -> PolicyRevision | None:
    if not (number.isascii() and number.isdecimal() and len(number) < 10):  # noqa: PLR2004 - what the column holds
        return None
    return PolicyRevision.objects.filter(number=int(number), state=State.PAST).prefetch_related("rules").first()
