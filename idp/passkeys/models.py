"""Agents' passkeys, and the challenges that they sign."""

import uuid

from django.db import models
from django.db.models import F, Q

from idp.agents.models import Agent, Device


class PasskeyQuerySet(models.QuerySet["Passkey"]):
    """Queries on passkeys."""

    def kept(self) -> "PasskeyQuerySet":
        """Return those that were not removed."""
        return self.filter(removed_at__isnull=True)

    def of(self, agent: Agent) -> "PasskeyQuerySet":
        """Return those of one agent that were not removed."""
        return self.kept().filter(agent=agent)


class Passkey(models.Model):
    """The public key of a passkey, which an agent's phone, computer or password manager created for us.

    `device` is the one on which it was set up. `eligible` and `backed_up` are its flags BE and BS: whether it may be,
    and is, copied to the agent's other devices (WebAuthn Level 3, section 6.1.3). The row of a removed passkey stays,
    so that nobody can register its id again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="passkeys")
    device = models.ForeignKey(Device, models.SET_NULL, null=True, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023)
    public_key = models.BinaryField()
    sign_count = models.PositiveBigIntegerField()
    transports = models.JSONField(default=list)
    eligible = models.BooleanField()
    backed_up = models.BooleanField()
    label = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.UniqueConstraint(fields=["credential_id"], name="a_credential_is_one_passkey"),
            models.CheckConstraint(condition=Q(eligible=True) | Q(backed_up=False), name="backed_up_only_if_it_may_be"),
            models.CheckConstraint(
                condition=Q(last_used_at__isnull=True) | Q(last_used_at__gte=F("made_at")),
                name="a_passkey_is_used_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("made_at")),
                name="a_passkey_is_removed_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Purpose(models.TextChoices):
    """What a challenge is for. One for signing in cannot be used to set a passkey up, or the reverse."""

    SIGN_IN = "sign in"
    SET_UP = "set up"


class Challenge(models.Model):
    """Random bytes for a passkey to sign. Each login and each device has one at a time.

    `bound_to` is the login that asks, or the device on which a passkey is being set up.
    """

    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    bound_to = models.UUIDField()
    value = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "bound_to"], name="one_challenge_at_a_time"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="a_challenge_has_a_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.made_at:%H:%M:%S}"
