"""The policy of this very moment: one cheap query a time, and each revision read whole once in a process.

What is kept is kept under a revision's id, and a revision never changes once it was live, so an edit counts at the
next request on every worker and no rule meets its neighbour's older self.
"""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, Q

from idp.policies.models import PolicyRevision, Stop
from idp.policies.rules import Policy

NOBODY = ExpressionWrapper(Q(pk__isnull=True), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class InForce:
    """The live policy (None if there is none), whether all sign-ins are stopped, and whether a pass is running."""

    policy: Policy | None
    stopped: bool
    let_in: bool


def look(passes: Exists | None = None) -> InForce:
    """Ask what is in force now. `passes` asks, in the same query, for passes that are running."""
    stopped = Exists(Stop.objects.in_force())
    live = PolicyRevision.objects.live().annotate(stopped=stopped, let_in=passes or NOBODY)
    row = next(iter(live.order_by().values_list("pk", "stopped", "let_in")), None)  # one at most: nothing to sort
    return InForce(_whole(row[0]), row[1], row[2]) if row else InForce(None, stopped=False, let_in=False)


def policy() -> Policy | None:
    """Return the live policy, or None if there is none."""
    return look().policy


def policy_of(number: int) -> Policy | None:
    """Return the policy of a published revision, or None if there is no such."""
    pk = PolicyRevision.objects.filter(number=number).values_list("pk", flat=True).first()
    return _whole(pk) if pk else None


@lru_cache(maxsize=16)
def _whole(pk: UUID) -> Policy:
    return PolicyRevision.objects.prefetch_related("rules").get(pk=pk).policy
