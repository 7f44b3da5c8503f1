"""Proofs without a text: an authenticator app, recovery codes, a code from an operator."""

from django.db import models
from django.db.models import F, Q
from django_otp.models import Device as OtpDevice

from idp.agents.models import Agent


class AuthenticatorApp(OtpDevice):
    """An agent's authenticator app. One that is not confirmed is being registered.

    No `TOTPDevice`: those are operators' factors, and what an agent registered by a text must never open the
    admin, not even for an agent who becomes an operator. The key is encrypted; `last_step` is the newest step of
    time whose code was used.
    """

    user = models.ForeignKey(Agent, models.CASCADE, related_name="apps")
    sealed_key = models.TextField()
    last_step = models.BigIntegerField(default=-1)
    made_at = models.DateTimeField("registered")
    used_at = models.DateTimeField("last used", null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="one_app_and_one_being_registered"),
        ]

    def __str__(self) -> str:
        return f"authenticator app of {self.user}"


class RecoveryCode(models.Model):
    """One printed code of an agent. Only a keyed hash of it is stored."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("made_at")),
                name="a_recovery_code_is_used_after_it_was_made",
            )
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.agent}"


class OneTimeCode(models.Model):
    """A code that an operator gave an agent who cannot get a text. Only a keyed hash of it is stored."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="one_time_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=100)
    given_by = models.ForeignKey(Agent, models.PROTECT, related_name="given_one_time_codes")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]
        verbose_name = "one-time code"
        default_permissions = ("view",)
        permissions = [("give_one_time_code", "Can give an agent a one-time code")]
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_one_time_code",
            ),
            models.CheckConstraint(condition=~Q(agent=F("given_by")), name="nobody_gives_themselves_a_code"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("given_at")), name="a_one_time_code_runs_out"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True), name="used_or_revoked_and_not_both"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_one_time_code_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"one-time code of {self.agent}"
