"""What is to be published: the draft, or an older revision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from idp.policies.access.rules import Policy
from idp.policies.editing import publishing
from idp.policies.editing.differences import Difference, differences
from idp.policies.editing.publishing import LONGEST_REASON
from idp.policies.models import PolicyRevision, State
from idp.web.pages.policy.revision_numbers import with_number


@dataclass(frozen=True, slots=True)
class Target:
    """A revision that may come into force, and the one in force. `seen` identifies what the operator saw."""

    revision: PolicyRevision
    live: PolicyRevision
    seen: str

    @classmethod
    def of(cls, number: str) -> Self | None:
        """Return the past revision with a number, or without a number the draft. None if there is none."""
        chosen = with_number(number).filter(state=State.PAST).first() if number else publishing.draft()
        return cls(chosen, publishing.live(), str(publishing.seen(chosen))) if chosen else None

    @property
    def number(self) -> str:
        """The number of the revision to restore; empty for the draft."""
        return str(self.revision.number or "")

    @property
    def policies(self) -> tuple[Policy, Policy]:
        """The policy in force, and the one to publish."""
        return self.live.policy, self.revision.policy

    @property
    def changes(self) -> tuple[Difference, ...]:
        """The differences, in words."""
        return differences(*self.policies)

    @property
    def suggestion(self) -> str:
        """A suggested reason."""
        if self.number:
            return f"Back to revision {self.number}"
        return "; ".join(it.sentence for it in self.changes)[:LONGEST_REASON]

    def publish(self, author: UUID | None, reason: str, looked_at: str, now: datetime) -> PolicyRevision:
        """Put it in force. Raises CannotPublish, also if it has changed since the operator saw it."""
        if self.revision.number:
            number = self.revision.number
            return publishing.go_back(number, author=author, reason=reason, now=now, looked_at=looked_at)
        return publishing.publish(author=author, reason=reason, now=now, looked_at=looked_at)
