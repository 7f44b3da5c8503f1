"""How many phones and computers are signed in, counted by triggers of the database."""

from django.db import models
from django.db.models import Q

from idp.agents.models.device import Kind


class DeviceCount(models.Model):
    """A change of how many active devices of a kind there are; all rows of a kind add up to how many there are now.

    Rows are only ever added, by triggers (`agents.device_counts`), so that two who sign in at once never wait for each
    other; what was added is put together from time to time.
    """

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
