"""Whether Verify works, so that Latchkey calls it."""

from django.db import models
from django.db.models import Q


class Breaker(models.Model):
    """Whether Verify fails for everybody at present. There is at most one row."""

    failures = models.PositiveIntegerField(default=0)
    window_from = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    next_probe_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="there_is_one_breaker"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, next_probe_at__isnull=True, reason="")
                | (Q(opened_at__isnull=False, next_probe_at__isnull=False) & ~Q(reason="")),
                name="an_open_breaker_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reason or "closed"
