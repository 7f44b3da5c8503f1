"""How many phones and computers are signed in, and how many agents there are, counted by triggers of the database.

A row is a change of how many there are of a kind; all rows of a kind add up to how many there are now. Triggers only
ever add rows (`agents.counts`), so that two who sign in at once never wait for each other; what was added is put
together from time to time.
"""

from django.db import models
from django.db.models import Q

from idp.agents.models.device import Kind


class DeviceCount(models.Model):
    """A change of how many active devices of a kind there are."""

    kind = models.CharField(max_length=8, choices=Kind.choices)
    change = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(change=0), name="a_change_changes_something"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="a_count_is_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} {self.kind}"


class AgentKind(models.TextChoices):
    """Whether an agent may sign in."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class AgentCount(models.Model):
    """A change of how many agents there are who are no operators."""

    kind = models.CharField(max_length=8, choices=AgentKind.choices)
    change = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(change=0), name="an_agent_count_changes_something"),
            models.CheckConstraint(condition=Q(kind__in=AgentKind.values), name="an_agent_count_is_of_a_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} {self.kind}"
