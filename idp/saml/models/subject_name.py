"""The names under which service providers know agents."""

import base64
import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from idp.agents.models import Agent
from idp.saml.models.service_provider import ServiceProvider
from idp.sql.any_case import InAnyCase
from idp.sql.prepared import Insert

LONGEST = 100


class NameIdIsFixed(Exception):
    """Somebody tried to change or remove a NameID that a service knows an agent by."""


class SubjectNameQuerySet(models.QuerySet["SubjectName"]):
    """Names that a service got. They never change."""

    def current(self) -> "SubjectNameQuerySet":
        """Those that services get now."""
        return self.filter(replaced_at__isnull=True)

    def update(self, **changes: Any) -> int:
        """Refuse another value for a name that a service got."""
        if "value" in changes and self.filter(told=True).exists():
            raise NameIdIsFixed
        return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse to delete a name that a service got."""
        if self.filter(told=True).exists():
            raise NameIdIsFixed
        return super().delete()


class SubjectName(models.Model):
    """The NameID of an agent. Once a service got it (`told`), it never changes and no other agent gets it.

    Flex makes a worker, and bills a user, for each new NameID; so there it is one stable name for all its
    connections. A persistent NameID is a name for one service provider only (Core 8.3.7). All are distinct without
    regard to letter case, outlive the agent, and are opaque unless an operator chose one. One that an operator had
    replaced stays, so that nobody else gets it. So does a service that knows somebody by a name of its own: without it,
    that name would be the one for all others.
    """

    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, related_name="subject_names")
    service_provider = models.ForeignKey(ServiceProvider, models.PROTECT, null=True, editable=False)
    value = models.CharField(max_length=LONGEST, editable=False)
    told = models.BooleanField(default=False, editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = SubjectNameQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("choose_name_id", "Can choose or change the name ID of an agent")]
        indexes = [models.Index(fields=["value"], name="name_ids_as_they_are")]
        constraints = [
            models.UniqueConstraint(Lower("value"), name="a_name_id_is_given_once"),
            models.UniqueConstraint(
                fields=["agent", "service_provider"],
                condition=Q(replaced_at__isnull=True),
                name="one_name_id_for_an_agent_at_a_service",
            ),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(service_provider__isnull=True, replaced_at__isnull=True),
                name="one_name_id_for_an_agent_everywhere_else",
            ),
            models.CheckConstraint(condition=Q(replaced_at__isnull=True) | Q(told=True), name="only_told_is_replaced"),
        ]

    def __str__(self) -> str:
        return self.value

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save. A name that a service got keeps its value."""
        if self.pk and SubjectName.objects.filter(pk=self.pk, told=True).exclude(value=self.value).exists():
            raise NameIdIsFixed
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse to delete a name that a service got."""
        if self.told:
            raise NameIdIsFixed
        return super().delete(*args, **kwargs)

    @classmethod
    def of(cls, agent: Agent, sp: ServiceProvider | None) -> str:
        """Return the agent's NameID at a service provider, or (None) the one for all others; make it if need be.

        From then on it is fixed.
        """
        opaque = base64.b32encode(secrets.token_bytes(20)).decode().lower()[:26]
        while True:
            made = SubjectName(agent=agent, service_provider=sp, value=opaque, told=True)
            if _MAKE(made):
                return made.value
            name = SubjectName.objects.current().get(agent=agent, service_provider=sp)
            if name.told or SubjectName.objects.filter(pk=name.pk, value=name.value).update(told=True):
                return name.value  # otherwise an operator chose another one at the same moment


SubjectName._meta.get_field("value").register_lookup(InAnyCase)


_MAKE = Insert(SubjectName, unless_there=True)
