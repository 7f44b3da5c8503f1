"""A login in memory. One without pages ends there; for one with pages it becomes a row, `login.models.LoginFlow`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from idp.login.cookies import FLOW_LIFETIME
from idp.login.ladder.requirements import LoginRequirements
from idp.login.models import LoginFlow
from idp.policies import in_force, timeouts
from idp.policies.models import TimeoutPolicy


@dataclass(frozen=True, slots=True)
class InMemoryFlow:
    """What a protocol asked for, when, and whose limits count.

    `return_path` makes the path of its answer from the login's id. `protocol` writes down what the protocol will need
    for that; it is opaque here. Both are called when the login is stored.
    """

    requirements: LoginRequirements
    policy: TimeoutPolicy
    return_path: Callable[[UUID], str]
    protocol: Callable[[], dict[str, Any]]
    begun_at: datetime
    pk: UUID = field(default_factory=uuid4)

    code_sent: ClassVar[bool] = False
    touch_points: ClassVar[None] = None

    @property
    def service(self) -> str:
        """Who asked, as flows and trail call it."""
        return self.requirements.service

    @property
    def service_name(self) -> str:
        """Who asked, as people call it."""
        return self.requirements.service_name

    @property
    def is_passive(self) -> bool:
        """Whether no page may be shown."""
        return self.requirements.is_passive

    @property
    def return_to(self) -> str:
        """The path of the answer."""
        return self.return_path(self.pk)

    @property
    def limits(self) -> timeouts.TimeoutPolicy:
        """The limits of its timeout policy, as they are now."""
        return in_force.limits_of(self.policy.pk)

    def as_row(self) -> LoginFlow:
        """Return the row that keeps it, with nothing in it yet of the browser that is to be bound to it."""
        requirements = self.requirements
        return LoginFlow(
            id=self.pk,
            service=requirements.service,
            service_name=requirements.service_name,
            timeout_policy_id=self.policy.pk,
            force_authn=requirements.force_authn,
            is_passive=requirements.is_passive,
            accepted=sorted(requirements.accepted),
            enrols_browser=requirements.enrols_browser,
            leads_to=requirements.leads_to,
            return_to=self.return_to,
            protocol=self.protocol(),
            begun_at=self.begun_at,
            expires_at=self.begun_at + FLOW_LIFETIME,
        )


Flow = LoginFlow | InMemoryFlow
"""A login, stored or not."""
