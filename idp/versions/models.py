"""The version of the configuration, as the database keeps it."""

from django.db import models
from django.db.models import Q

from idp.versions.version import ONE, Part


class Version(models.Model):
    """A row for each part, written by triggers alone: `value` is drawn anew with every change of a table of that part.

    It is random and no counter, so that what was read under a version that was rolled back is never taken for what a
    later version says. While a row is missing nothing is held.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=Part.CONFIGURATION)
    value = models.CharField(max_length=ONE)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk__range=(1, len(Part))), name="version_of_a_part")]

    def __str__(self) -> str:
        return self.value
