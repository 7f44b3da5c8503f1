"""The emergency stop. While one is in force, only holders of an access pass sign in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull


class StopQuerySet(models.QuerySet["Stop"]):
    """Queries for stops."""

    def in_force(self) -> "StopQuerySet":
        """The stop that has not been lifted, if there is one."""
        return self.filter(lifted_at__isnull=True)


class Stop(models.Model):
    """Who stopped all sign-ins, when and why, and when it was lifted. `by` is empty if a command did it."""

    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="stops")
    why = models.CharField("reason", max_length=200)
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        verbose_name = "stop of all sign-ins"
        verbose_name_plural = "stops of all sign-ins"
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                IsNull(F("lifted_at"), True), condition=Q(lifted_at__isnull=True), name="one_stop_in_force"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_stop_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | Q(lifted_at__gte=F("since")), name="lifted_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} UTC"
