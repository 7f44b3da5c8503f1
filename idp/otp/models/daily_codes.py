"""How many codes were sent on a day that is over."""

from django.db import models
from django.db.models import F, Q


class DailyCodes(models.Model):
    """What was asked of Twilio, sent and right on one day (UTC) by one channel, once that day is over. Names nobody.

    A day that is counted has a row without channel too, most often of nothing: so no day is counted twice.
    """

    day = models.DateField()
    channel = models.CharField(max_length=8, blank=True)
    asked = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    approved = models.PositiveIntegerField()

    class Meta:
        verbose_name = "codes of a day"
        verbose_name_plural = "codes by day"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "channel"], name="a_day_of_codes_is_counted_once"),
            models.CheckConstraint(condition=Q(sent__lte=F("asked")), name="no_more_sent_than_asked_for"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.channel}".strip()
