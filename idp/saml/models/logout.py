"""Single logout under way: who asked for it, and whom we have to tell."""

import uuid

from django.db import models
from django.db.models import Q

from idp.saml.models.issued import IssuedAssertion
from idp.saml.models.service_provider import ServiceProvider


class Outcome(models.TextChoices):
    """What became of telling one service provider."""

    WAITING = "waiting", "not told yet"
    ASKED = "asked", "told, no answer yet"
    ENDED = "ended", "signed out there"
    REFUSED = "refused", "not signed out there"
    FAILED = "failed", "could not be reached"


class ObeyedLogoutRequest(models.Model):
    """A LogoutRequest that was taken once; until `replayable_until` its ID is refused."""

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

    `initiator` is the service provider that asked and waits for our answer to its `request_id`, none if the
    agent began here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    initiator = models.ForeignKey(ServiceProvider, models.CASCADE, null=True, blank=True)
    request_id = models.CharField(max_length=256, blank=True)
    relay_state = models.TextField(null=True, blank=True)  # noqa: DJ001 - none and empty differ
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class LogoutNotice(models.Model):
    """One service provider that has to be told of the end of one session.

    `request_id` is the ID of our LogoutRequest. A notice of a `logout` goes through that browser, any other
    from server to server.
    """

    issued = models.ForeignKey(IssuedAssertion, models.CASCADE, related_name="logout_notices")
    logout = models.ForeignKey(Logout, models.CASCADE, null=True, blank=True, related_name="notices")
    reason = models.CharField(max_length=16)
    request_id = models.CharField(max_length=64, unique=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    detail = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="an_outcome_is_known"),
        ]
        indexes = [models.Index(fields=["outcome", "next_try_at"], name="notices_to_send")]

    def __str__(self) -> str:
        return self.request_id
