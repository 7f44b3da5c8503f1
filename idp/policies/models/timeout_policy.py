"""Timeout policies in the database."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from idp.policies import timeouts

LONGEST_INACTIVITY = timeouts.ENHANCED.inactivity


class TimeoutPolicy(models.Model):
    """How long sign-ins count, for the service providers that use this row. The built-in rows cannot be changed."""

    name = models.CharField(max_length=60, unique=True)
    inactivity = models.DurationField(help_text="A sign-in ends this long after it was last used.")
    absolute = models.DurationField(help_text="A sign-in ends this long after it began, even while it is in use.")
    code_again_after = models.DurationField(
        null=True, blank=True, help_text="Agents need a new code this long after the last one. Empty: never."
    )
    built_in = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-built_in", "name"]
        verbose_name_plural = "timeout policies"
        constraints = [
            models.CheckConstraint(
                condition=Q(inactivity__gt=timedelta(0)) & Q(inactivity__lte=LONGEST_INACTIVITY),
                name="inactivity_up_to_seven_days",
                violation_error_message="Inactivity must be more than nothing and at most 7 days.",
            ),
            models.CheckConstraint(
                condition=Q(absolute__gte=F("inactivity")),
                name="absolute_not_under_inactivity",
                violation_error_message="The absolute limit cannot lie under inactivity.",
            ),
            models.CheckConstraint(
                condition=Q(code_again_after__isnull=True) | Q(code_again_after__gte=F("absolute")),
                name="code_again_not_under_absolute",
                violation_error_message="A new code cannot be due before the absolute limit.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save an operator's own policy. A built-in row that exists is refused."""
        if self.built_in and self.pk is not None:
            raise ValidationError("A built-in timeout policy cannot be changed. Add one of your own.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete an operator's own policy. A built-in row is refused."""
        if self.built_in:
            raise ValidationError("A built-in timeout policy cannot be removed.")
        return super().delete(*args, **kwargs)

    @property
    def limits(self) -> timeouts.TimeoutPolicy:
        """The frozen value that the pure rules take."""
        return timeouts.TimeoutPolicy(self.name, self.inactivity, self.absolute, self.code_again_after)


def install_timeout_policies() -> None:
    """Add the built-in policies where they are missing."""
    for policy in timeouts.BUILT_IN:
        TimeoutPolicy.objects.get_or_create(
            name=policy.name,
            defaults={
                "inactivity": policy.inactivity,
                "absolute": policy.absolute,
                "code_again_after": policy.code_again_after,
                "built_in": True,
            },
        )
