"""Single sign-on sessions in the database."""

from django.db import models
from django.db.models import F, Q

from idp.agents.models import Device


class OpenedBy(models.TextChoices):
    """What opened a session."""

    CODE = "code", "a code"
    APP = "app", "an authenticator app"
    RECOVERY = "recovery", "a recovery code"
    ONE_TIME = "one-time", "a one-time code"
    PASSKEY = "passkey", "a passkey"
    TOKEN = "token", "a long-lived token"


class SsoSession(models.Model):
    """A sign-in, from its opening to its end.

    `index` is public: it goes into assertions and proves nothing. On a device without a long-lived token
    the browser proves the session by a secret whose hash is here.
    """

    index = models.CharField(primary_key=True, max_length=40, editable=False)
    device = models.ForeignKey(Device, models.CASCADE, related_name="sso_sessions")
    secret_hash = models.CharField(max_length=64, blank=True)
    opened_by = models.CharField(max_length=8, choices=OpenedBy.choices)
    authenticated_at = models.DateTimeField("code given")
    opened_at = models.DateTimeField("opened")
    last_seen_at = models.DateTimeField("last used")
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    reason = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = "session"
        indexes = [models.Index(fields=["-opened_at"], name="latest_sessions")]
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=Q(ended_at__isnull=True), name="one_open_session_of_a_device"
            ),
            models.CheckConstraint(condition=Q(last_seen_at__gte=F("opened_at")), name="seen_after_it_was_opened"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, reason="")
                | (Q(ended_at__isnull=False, ended_at__gte=F("opened_at")) & ~Q(reason="")),
                name="ended_after_it_was_opened_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.index
