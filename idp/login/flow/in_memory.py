"""A login flow in memory.

A flow that needs no page is answered from memory. A flow that needs pages is stored as a `login.models.LoginFlow`.
"""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from idp.login.cookies import FLOW_LIFETIME
from idp.login.ladder.requirements import LoginRequirements
from idp.login.models import LoginFlow
from idp.policies import in_force, timeouts
from idp.policies.models import TimeoutPolicy
from idp.values import value


@value
class InMemoryFlow:
    """What a protocol asked for, when it asked, and which timeout policy applies.

    When the flow is stored, `return_path` turns its ID into the path of the answer, and `protocol` returns whatever the
    protocol needs to build that answer. The login does not look inside.
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
        """The slug of the service that asked, as used in flows and in the trail."""
        return self.requirements.service

    @property
    def service_name(self) -> str:
        """The name of the service that asked, for people."""
        return self.requirements.service_name

    @property
    def is_passive(self) -> bool:
        """Whether the flow must not show a page."""
        return self.requirements.is_passive

    @property
    def return_to(self) -> str:
        """The path of the answer."""
        return self.return_path(self.pk)

    @property
    def limits(self) -> timeouts.TimeoutPolicy:
        """The current limits of its timeout policy."""
        return in_force.limits_of(self.policy.pk)

    def as_row(self) -> LoginFlow:
        """Return the unsaved row for this flow. Nothing binds it to a browser yet."""
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
"""A login flow, stored or not."""
