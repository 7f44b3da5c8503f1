"""The version of the configuration in the database."""

from django.db import models
from django.db.models import Q

from idp.versions.version import PART_LENGTH, Part


class Version(models.Model):
    """A row for each part of the configuration. Only triggers write it: each change replaces `value`.

    It is random, not a counter, so a value read under a version that was rolled back can never match a later version.
    While a row is missing nothing is cached.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=Part.CONFIGURATION)
    value = models.CharField(max_length=PART_LENGTH)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk__range=(1, len(Part))), name="version_of_a_part")]

    def __str__(self) -> str:
        return self.value
