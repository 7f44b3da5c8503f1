"""Imports: files that wait for review, their results, and people's earlier values, kept for 24 hours."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from idp.agents.models import Agent

UNDO_WITHIN = timedelta(hours=24)
SHARE = 25
"""Default limit, in per cent of those who may sign in, on how many people absence from a file may switch off."""


class ImportQuerySet(models.QuerySet["Import"]):
    """Queries on imports."""

    def waiting(self) -> "ImportQuerySet":
        """Return the imports that were read and not written yet."""
        return self.filter(applied_at__isnull=True)


class Import(models.Model):
    """A file of people. Its content is stored until it is written. `by` is None for the command line.

    `wrote` has the counts: new, changed, unchanged, switched_off, missing_off, left_out, other_numbers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="imports")
    file_name = models.CharField(max_length=100)
    content = models.BinaryField(default=b"")
    missing_off = models.BooleanField(default=False)
    most_missing = models.PositiveSmallIntegerField(default=SHARE)
    applied_at = models.DateTimeField(null=True, blank=True)
    wrote = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="undone_imports")

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(content=b""), name="the_file_goes_once_it_is_written"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(applied_at__isnull=False), name="only_what_was_done_is_undone"
            ),
            models.CheckConstraint(condition=Q(most_missing__lte=100), name="a_share_is_at_most_all"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def can_be_undone(self, now: datetime) -> bool:
        """Whether it can still be undone: it is recent enough, and was not undone."""
        return self.applied_at is not None and self.undone_at is None and now < self.applied_at + UNDO_WITHIN

    @property
    def undo_until(self) -> datetime | None:
        """Return until when it can be undone."""
        return self.applied_at + UNDO_WITHIN if self.applied_at else None


class ImportedAgent(models.Model):
    """How an import changed one agent: before (None if new), after, and how many sign-ins that ended."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="agents")
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="imported")
    before: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(null=True)
    after = models.JSONField()
    ended = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["of", "agent"], name="an_import_changes_an_agent_once")]
