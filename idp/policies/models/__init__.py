"""The tables of this package: timeout policies, revisions of the access policy with their rules, and stops."""

from idp.policies.models.revision import EFFECTS, MODES, AccessRule, PolicyRevision, State, Unchangeable
from idp.policies.models.stop import Stop
from idp.policies.models.timeout_policy import LONGEST_INACTIVITY, TimeoutPolicy

__all__ = [
    "EFFECTS",
    "LONGEST_INACTIVITY",
    "MODES",
    "AccessRule",
    "PolicyRevision",
    "State",
    "Stop",
    "TimeoutPolicy",
    "Unchangeable",
]
