"""Which attributes a service provider gets, and which it ever got."""

from django.db import models
from django.db.models import Q

from idp.agents.models import Agent
from idp.saml import names
from idp.saml.attributes.release_list import Release, Source
from idp.saml.models.service_provider import ServiceProvider

SOURCES = {
    Source.EMAIL: "email",
    Source.FULL_NAME: "full name",
    Source.ROLES: "roles",
    Source.DEPARTMENT: "department",
    Source.PHONE: "mobile number",
    Source.FIXED: "always the same",
}
NAME_FORMATS = {names.BASIC: "basic", names.URI: "URI", names.UNSPECIFIED_NAME_FORMAT: "unspecified"}


class ReleasedAttribute(models.Model):
    """One attribute that a service provider gets about each agent."""

    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE, related_name="released")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=256)
    source = models.CharField("value", max_length=16, choices=[(it.value, label) for it, label in SOURCES.items()])
    fixed = models.TextField("values", blank=True, help_text="One value a line, the same for every agent.")
    name_format = models.CharField(max_length=100, choices=list(NAME_FORMATS.items()), default=names.BASIC)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "attribute"
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "name"], name="an_attribute_is_released_once"),
            models.CheckConstraint(condition=Q(source__in=[it.value for it in SOURCES]), name="a_source_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> Release:
        """The line as a value for the pure rules."""
        return Release(self.name, Source(self.source), tuple(self.fixed.splitlines()), self.name_format)


class SentAttribute(models.Model):
    """An attribute name that a service provider once got for an agent. Flex stores a value until it gets another."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="sent_attributes")
    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE, related_name="sent_attributes")
    name = models.CharField(max_length=256)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "service_provider", "name"], name="a_sent_name_is_kept_once")
        ]

    def __str__(self) -> str:
        return self.name
