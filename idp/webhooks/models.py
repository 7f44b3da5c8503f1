"""Webhooks, and the messages to them."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from idp.agents.models import writable
from idp.audit.models import LoginEvent
from idp.sql.filled_together import filled_together
from idp.webhooks.kinds import Kind

LONGEST_ANSWER = 500


class Webhook(models.Model):
    """A back end that receives some types of events, in the order of the trail.

    It receives what follows the line `after_line` of the trail, the last one when it was last switched on; of a type in
    `chosen_after`, what follows the line there. `read_to` and `read_line` say how far the trail was read, by clock and
    by order, and `forwarded_to` up to which position of its chain lines were forwarded. A sender reserves the row
    (`held_by`, until `held_until`) while it sends, since no lock may last as long as a request.
    """

    name = models.CharField(max_length=50, validators=[writable])
    url = models.CharField("address", max_length=500)
    kinds = models.JSONField("types")
    tells_email = models.BooleanField("send email addresses", default=False)
    is_on = models.BooleanField("switched on", default=True)
    sealed_secret = models.TextField(editable=False)
    sealed_former_secret = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    after_line = models.PositiveBigIntegerField(default=0, editable=False)
    chosen_after = models.JSONField(default=dict, editable=False)
    read_to = models.DateTimeField(editable=False)
    read_line = models.PositiveBigIntegerField(default=0, editable=False)
    forwarded_to = models.BigIntegerField(default=0, editable=False)
    held_by = models.CharField(max_length=32, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    next_try_at = models.DateTimeField("next try", null=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    gone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="one_webhook_of_each_name",
                violation_error_message="There is already a webhook of this name.",
            ),
            models.CheckConstraint(condition=Q(gone_at__isnull=True) | Q(is_on=False), name="gone_is_switched_off"),
            models.CheckConstraint(
                condition=filled_together("held_by", "held_until"),
                name="held_by_somebody_until_some_instant",
            ),
            models.CheckConstraint(
                condition=filled_together("sealed_former_secret", "former_until"),
                name="a_former_secret_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """The state of a message."""

    WAITING = "waiting", "waiting"
    DELIVERED = "delivered", "delivered"
    GIVEN_UP = "given up", "given up"
    LEFT_OUT = "left out", "left out by an operator"


class Delivery(models.Model):
    """One message to one webhook. Its id is the `webhook-id` header, the same on every try. A test has no event."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(LoginEvent, models.CASCADE, null=True, related_name="deliveries")
    kind = models.CharField("type", max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField("queued")
    tried_at = models.DateTimeField("last try", null=True)
    closed_at = models.DateTimeField("closed", null=True)
    answer = models.CharField("last answer", max_length=LONGEST_ANSWER, blank=True)

    class Meta:
        ordering = ["-made_at", "-event_id", "kind"]
        verbose_name = "message to a webhook"
        verbose_name_plural = "messages to webhooks"
        indexes = [
            models.Index(fields=["webhook", "event", "kind"], condition=Q(state="waiting"), name="waiting_in_order")
        ]
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event", "kind"], name="a_webhook_is_told_once"),
            models.CheckConstraint(
                condition=Q(event__isnull=True, kind=Kind.TEST) | (Q(event__isnull=False) & ~Q(kind=Kind.TEST)),
                name="exactly_tests_have_no_event",
            ),
            models.CheckConstraint(
                condition=Q(state=State.WAITING, closed_at__isnull=True)
                | (~Q(state=State.WAITING) & Q(closed_at__isnull=False)),
                name="what_waits_is_not_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.webhook}"
