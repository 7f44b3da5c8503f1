"""The names under which service providers know agents."""

import base64
import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from idp.agents.models import Agent
from idp.saml.models.service_provider import ServiceProvider


class SubjectName(models.Model):
    """The NameID of an agent: given once, never changed, never given to anybody else.

    Flex makes a worker, and bills a user, for each new NameID; so there it is one stable name for all its
    connections. A persistent NameID is a name for one service provider only (Core 8.3.7). All are opaque,
    distinct without regard to letter case, and outlive the agent.
    """

    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="subject_names")
    service_provider = models.ForeignKey(ServiceProvider, models.SET_NULL, null=True, editable=False)
    value = models.CharField(max_length=100, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("value"), name="a_name_id_is_given_once"),
            models.UniqueConstraint(fields=["agent", "service_provider"], name="one_name_id_for_an_agent_at_a_service"),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(service_provider__isnull=True),
                name="one_name_id_for_an_agent_everywhere_else",
            ),
        ]

    def __str__(self) -> str:
        return self.value

    @classmethod
    def of(cls, agent: Agent, sp: ServiceProvider | None) -> str:
        """Return the agent's NameID at a service provider, or (None) the one for all others; make it if need be."""
        opaque = base64.b32encode(secrets.token_bytes(20)).decode().lower()[:26]
        name, _ = cls.objects.get_or_create(agent=agent, service_provider=sp, defaults={"value": opaque})
        return name.value
