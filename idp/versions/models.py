"""The version of the configuration, as the database keeps it."""

from django.db import models
from django.db.models import Q


class Version(models.Model):
    """One row, written by triggers alone: `value` is drawn anew with every change of a table of configuration.

    It is random and no counter, so that what was read under a version that was rolled back is never taken for what a
    later version says. Without the row nothing is held.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_version")]

    def __str__(self) -> str:
        return self.value
