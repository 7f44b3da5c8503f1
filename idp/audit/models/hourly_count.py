"""What is counted of the trail, hour by hour."""

from django.db import models
from django.db.models import Q


class Figure(models.TextChoices):
    """What is counted hour by hour. The column `of` has the value named in brackets."""

    SIGNED_IN = "signed in", "sign-ins (method)"
    REFUSED = "refused", "refusals (what decided)"
    DECIDED = "decided", "sign-ins that the access policy judged (what decided)"
    WATCHED = "watched", "sign-ins that a rule in watch only would have decided (its key)"
    PLATFORM = "platform", "sign-ins (platform)"
    BROWSER = "browser", "sign-ins (browser)"
    ASKED = "asked", "codes asked for, however often sent"
    SENT = "sent", "codes sent at least once"
    RIGHT = "right", "right codes"
    WAITED = "waited", "right codes (seconds since they were sent, up to)"
    TEXTED = "texted", "texts and calls that were sent (channel)"
    FORGOTTEN = "forgotten", "phones that took the place of one just like them"


class CountedHour(models.Model):
    """An hour of the trail that has been counted. Its number is that of whole hours since 1970, UTC."""

    number = models.PositiveIntegerField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"hour {self.number}"


class HourlyCount(models.Model):
    """How often something happened at a service within an hour, and when it last did. Nobody is named.

    If an hour has no row for something, it did not happen.
    """

    hour = models.ForeignKey(CountedHour, models.CASCADE, related_name="counts", db_index=False)
    service = models.CharField(max_length=50, blank=True)
    figure = models.CharField(max_length=16, choices=Figure.choices)
    of = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["service", "hour"], name="hourly_counts_of_a_service")]
        constraints = [
            models.UniqueConstraint(fields=["hour", "figure", "of", "service"], name="counted_once_an_hour"),
            models.CheckConstraint(condition=Q(count__gt=0), name="what_is_counted_happened"),
            models.CheckConstraint(condition=Q(figure__in=Figure.values), name="a_known_figure"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.figure} {self.of}".strip()


class HourlyTotal(models.Model):
    """The sum of an hour's counts over all services, so that pages about all of them read no row for each."""

    hour = models.ForeignKey(CountedHour, models.CASCADE, related_name="totals", db_index=False)
    figure = models.CharField(max_length=16, choices=Figure.choices)
    of = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["hour", "figure", "of"], name="added_up_once_an_hour"),
            models.CheckConstraint(condition=Q(count__gt=0), name="what_is_added_up_happened"),
            models.CheckConstraint(condition=Q(figure__in=Figure.values), name="a_total_of_a_known_figure"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.figure} {self.of}".strip()
