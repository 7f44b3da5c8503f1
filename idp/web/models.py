"""How operators enter the admin: one-time links, and attempts to sign in."""

from django.db import models
from django.db.models import F, Q

from idp.agents.models import Agent


class OperatorLink(models.Model):
    """A link that opens the admin once for its operator. Only a hash of its secret is stored."""

    secret_hash = models.CharField(max_length=64, unique=True)
    operator = models.ForeignKey(Agent, models.CASCADE, related_name="operator_links")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__gte=F("made_at")),
                name="used_after_it_was_made",
            )
        ]

    def __str__(self) -> str:
        return f"link for {self.operator}"


class OperatorTry(models.Model):
    """An attempt to sign in to the admin. `account` is a keyed hash of the email as typed, known or not."""

    at = models.DateTimeField(db_index=True)
    account = models.CharField(max_length=64)
    address = models.CharField(max_length=45)

    class Meta:
        verbose_name = "sign-in attempt of an operator"
        verbose_name_plural = "sign-in attempts of operators"

    def __str__(self) -> str:
        return f"try of {self.at:%d %b %H:%M}"
