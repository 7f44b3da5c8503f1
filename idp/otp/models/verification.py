"""Attempts to prove a number, and the texts and calls of each."""

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q

from idp.agents.models import Agent
from idp.otp.allowances import SENDS, STRANGERS_TRIES, TRIES
from idp.otp.channels import Channel
from idp.otp.models.phone_number import PhoneAuthenticator


class Outcome(models.TextChoices):
    """How a verification ended."""

    APPROVED = "approved", "right code"
    OTHERWISE = "otherwise", "proved in another way"
    EXPIRED = "expired", "ran out"


TRIED_IN_VAIN = (Q(outcome="") | Q(outcome=Outcome.EXPIRED)) & Q(tries__gt=0)
"""Verifications with typed codes, none of which was right so far. They are few, and have their own index."""


class Verification(models.Model):
    """One attempt to prove a number, from its first send to its end.

    Verify goes by number: every browser that asks for the same number meanwhile gets the same code, so
    sends and tries are counted here, over all of them. An identifier that belongs to nobody gets a decoy,
    without authenticator, that counts alike and never reaches Twilio. `counted_as` is a keyed hash of the
    number or, for a decoy, of what was typed. `unjudged_in` is the login whose latest code has had no verdict so far.

    One that an operator asked for (`asked_by`) only tries whether texts arrive: it is counted by itself, and its code
    signs nobody in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authenticator = models.ForeignKey(
        PhoneAuthenticator, models.CASCADE, null=True, blank=True, related_name="verifications"
    )
    counted_as = models.CharField(max_length=64)
    sid = models.CharField(max_length=34, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    strangers_tries = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    unjudged_in = models.UUIDField(null=True, blank=True, editable=False)
    asked_by = models.ForeignKey(
        Agent, models.PROTECT, null=True, blank=True, related_name="test_codes", db_index=False
    )

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["counted_as", "started_at"], name="verifications_of_a_number"),
            models.Index(fields=["-started_at"], name="latest_verifications"),
            models.Index(fields=["started_at"], condition=TRIED_IN_VAIN, name="codes_tried_in_vain"),
            models.Index(fields=["asked_by"], condition=Q(asked_by__isnull=False), name="test_codes_of_an_operator"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["counted_as"], condition=Q(ended_at__isnull=True), name="one_open_verification"
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | Q(authenticator__isnull=False), name="a_test_code_is_for_somebody"
            ),
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="no_more_tries_than_allowed"),
            models.CheckConstraint(
                condition=Q(strangers_tries__lte=STRANGERS_TRIES) & Q(strangers_tries__lte=F("tries")),
                name="strangers_tries_are_fewer",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("started_at")) & ~Q(outcome="")),
                name="an_end_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"verification of {self.started_at:%d %b %H:%M}"


SENT: Final = "sent"
"""The answer of a send that Twilio accepted. The answers of others say why nothing was sent."""
TO_NOBODY: Final = "not sent: nobody has this number"
"""The answer of a decoy's send."""
WENT_WELL = Q(answer=SENT, code__isnull=True)
"""Sends that Twilio accepted without an error code. Nearly all are; the others have their own index."""


class VerificationSend(models.Model):
    """One text or call, and Twilio's answer. The row is written before Twilio is called.

    `own` tells whether the agent's own phone asked. `asked_from` is a keyed hash of the address it asked from,
    `prefix` the beginning of the number, if one was typed.
    """

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="sends")
    nth = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=8, choices=[(channel.value, channel.value) for channel in Channel])
    at = models.DateTimeField()
    own = models.BooleanField(default=False)
    asked_from = models.CharField(max_length=64, blank=True)
    prefix = models.CharField(max_length=8, blank=True)
    answer = models.CharField(max_length=40, blank=True)
    code = models.PositiveIntegerField("Twilio error code", null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["asked_from", "at"], name="sends_from_an_address"),
            models.Index(fields=["prefix", "at"], name="sends_to_a_prefix"),
            models.Index(fields=["at"], name="sends_in_order"),
            models.Index(fields=["at"], condition=~WENT_WELL, name="sends_that_failed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["verification", "nth"], name="a_send_is_counted_once"),
            models.CheckConstraint(condition=Q(nth__gte=1, nth__lte=SENDS), name="no_more_sends_than_allowed"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.nth}"
