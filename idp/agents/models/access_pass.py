"""Access passes: agents who may enter for a while, whatever the access rules say."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from idp.agents.models.people import Agent

LONGEST_PASS = timedelta(hours=24)


class AccessPassQuerySet(models.QuerySet["AccessPass"]):
    """Queries for access passes."""

    def running(self, now: datetime) -> "AccessPassQuerySet":
        """Those that let somebody in at this instant."""
        return self.filter(until__gt=now, ended_at__isnull=True)


class AccessPass(models.Model):
    """Lets one agent in for a while, past access rules and a stop of all sign-ins. Without `by`: the command line."""

    agent = models.ForeignKey(Agent, models.PROTECT, related_name="passes")
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField("revoked", null=True, blank=True)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="given_passes")
    why = models.CharField("reason", max_length=200)

    objects = AccessPassQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at"]
        verbose_name = "temporary pass"
        verbose_name_plural = "temporary passes"
        default_permissions = ("view", "add", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("given_at")) & Q(until__lte=F("given_at") + LONGEST_PASS),
                name="a_pass_of_up_to_24_hours",
                violation_error_message="A pass runs for up to 24 hours.",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_pass_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} until {self.until:%Y-%m-%d %H:%M} UTC"
