"""Tables for single logout: who asked for it, and which services to notify."""

import uuid

from django.db import models
from django.db.models import Q

from idp.agents.models import Agent, Device
from idp.saml.models.service_provider import ServiceProvider


class Channel(models.TextChoices):
    """How a service provider is notified."""

    BROWSER = "browser", "through the browser"
    SERVER = "server", "from server to server"
    NONE = "none", "not at all: it publishes no address for that"


class Outcome(models.TextChoices):
    """The outcome of notifying one service provider."""

    WAITING = "waiting", "not notified yet"
    ASKED = "asked", "notified, no answer yet"
    TOLD = "told", "notified; it confirmed nothing"
    ENDED = "ended", "signed out there"
    REFUSED = "refused", "not signed out there"
    FAILED = "failed", "could not be reached"
    UNTOLD = "untold", "cannot be notified"


class ObeyedLogoutRequest(models.Model):
    """A LogoutRequest that was obeyed. Its ID is not obeyed again until `replayable_until`."""

    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE)
    request_id = models.CharField(max_length=256)
    replayable_until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "request_id"], name="a_logout_request_is_obeyed_once")
        ]

    def __str__(self) -> str:
        return self.request_id


class Logout(models.Model):
    """A logout that goes through the browser, from one service provider to the next.

    `initiator` is the service provider that asked, none if the agent began here. It waits for our answer to its
    `request_id`, unless the request was `asynchronous`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    initiator = models.ForeignKey(ServiceProvider, models.CASCADE, null=True, blank=True)
    request_id = models.CharField(max_length=256, blank=True)
    relay_state = models.TextField(null=True, blank=True)  # noqa: DJ001 - none and empty differ
    asynchronous = models.BooleanField(default=False, db_default=False)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class LogoutNotice(models.Model):
    """One service provider that has to be notified that an agent's sign-in on one device is over.

    The session indexes are those of the `issued` Assertions. `request_id` is the ID of our last LogoutRequest.
    """

    service_provider = models.ForeignKey(
        ServiceProvider, models.CASCADE, verbose_name="service", related_name="logout_notices"
    )
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="logout_notices")
    device = models.ForeignKey(Device, models.CASCADE, related_name="logout_notices")
    logout = models.ForeignKey(Logout, models.CASCADE, null=True, blank=True, related_name="notices")
    name_id = models.CharField(max_length=256)
    name_id_format = models.CharField(max_length=100)
    reason = models.CharField(max_length=16)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    request_id = models.CharField(max_length=64, unique=True, null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = "sign-out to pass on"
        verbose_name_plural = "sign-outs passed on"
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="an_outcome_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="a_channel_is_known"),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.WAITING) | Q(next_try_at__isnull=False),
                name="what_waits_has_its_next_try",
            ),
        ]
        indexes = [models.Index(fields=["outcome", "next_try_at"], name="notices_to_send")]

    def __str__(self) -> str:
        return f"{self.service_provider} ({self.get_outcome_display()})"
