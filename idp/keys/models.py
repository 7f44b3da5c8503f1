"""Signing keys in the database, with encrypted private halves."""

from django.db import models
from django.db.models import Q


class Use(models.TextChoices):
    """What a key signs."""

    SAML = "saml", "SAML messages, RSA"
    SAML_EC = "saml-ec", "SAML messages, ECDSA"
    TOKEN = "token", "long-lived tokens"


class State(models.TextChoices):
    """Where a key is in its life: published only, signing, or still trusted but no longer signing."""

    NEXT = "next", "next"
    ACTIVE = "active", "active"
    RETIRED = "retired", "retired"


class SigningKey(models.Model):
    """A key pair. `private_key` is PEM, encrypted under a key from the environment."""

    kid = models.CharField(primary_key=True, max_length=32, editable=False)
    use = models.CharField(max_length=8, choices=Use.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    private_key = models.TextField()
    certificate = models.TextField(blank=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use"], condition=Q(state=State.ACTIVE), name="one_active_key_of_each_use"),
            models.UniqueConstraint(fields=["use"], condition=Q(state=State.NEXT), name="one_next_key_of_each_use"),
            models.CheckConstraint(
                condition=Q(use=Use.TOKEN) | ~Q(certificate=""), name="a_saml_key_has_a_certificate"
            ),
            models.CheckConstraint(
                condition=Q(state=State.RETIRED, retired_at__isnull=False)
                | (~Q(state=State.RETIRED) & Q(retired_at__isnull=True)),
                name="a_retired_key_has_its_instant",
            ),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="a_key_has_a_known_use"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="a_key_has_a_known_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_use_display()} ({self.kid[:8]})"
