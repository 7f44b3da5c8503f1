"""Cutoffs (*everyone out*): no code that was given before one counts."""

from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models

from idp.agents.models.people import Agent

CUTOFFS_STAY = "What was ended stays ended: a cutoff can be neither changed nor removed."


class CutoffQuerySet(models.QuerySet["Cutoff"]):
    """Cutoffs are only added."""

    def update(self, **_: Any) -> NoReturn:
        """Refuse."""
        raise ValidationError(CUTOFFS_STAY)

    def delete(self) -> NoReturn:
        """Refuse."""
        raise ValidationError(CUTOFFS_STAY)


class Cutoff(models.Model):
    """*Everyone out*: a sign-in whose code was given before this row was committed no longer counts.

    The order of the IDs decides, not `at`, which is only for people. Each row waits for the one before it to be
    committed (`idp.versions.triggers.BRAKES`). `by` is None if it came from the command line.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="cutoffs")
    why = models.CharField("reason", max_length=200)

    objects = CutoffQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} UTC, {self.why}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add a cutoff. An existing one cannot change."""
        if self.pk is not None:
            raise ValidationError(CUTOFFS_STAY)
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise ValidationError(CUTOFFS_STAY)
