"""The policies that apply now, cached until the configuration changes.

A change counts at the next request on every worker. A revision is always read as a whole. It is never cached by its
key for longer, since a publication may be rolled back, and a draft may still be edited.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists

from idp.policies import timeouts
from idp.policies.access.rules import Policy
from idp.policies.models import PolicyRevision, Stop, TimeoutPolicy
from idp.versions.cached import Cached


@dataclass(frozen=True, slots=True)
class InForce:
    """The live policy (None if there is none), and whether all sign-ins are stopped."""

    policy: Policy | None
    stopped: bool


@Cached
def look() -> InForce:
    """Return what is in force now."""
    live = PolicyRevision.objects.live().annotate(stopped=Exists(Stop.objects.in_force()))
    row = live.values_list("pk", "stopped").first()
    return InForce(_whole(row[0]), row[1]) if row else InForce(None, stopped=False)


def policy() -> Policy | None:
    """Return the live policy, or None if there is none."""
    return look().policy


@Cached
def limits_of(timeout_policy: int) -> timeouts.TimeoutPolicy:
    """Return the limits that a timeout policy sets now, by its primary key. Raises TimeoutPolicy.DoesNotExist."""
    return TimeoutPolicy.objects.get(pk=timeout_policy).limits


@Cached
def policy_of(number: int) -> Policy | None:
    """Return the policy of a published revision, by its number, or None if there is none."""
    pk = PolicyRevision.objects.filter(number=number).values_list("pk", flat=True).first()
    return _whole(pk) if pk else None


def _whole(pk: UUID) -> Policy:
    return PolicyRevision.objects.prefetch_related("rules").get(pk=pk).policy
