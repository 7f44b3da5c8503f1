"""How many texts and calls were requested from Twilio on a day."""

from django.db import models


class DailySends(models.Model):
    """Some of the texts and calls that were requested from Twilio on one day (UTC). Names nobody.

    A trigger adds each to one part of its day (`otp.limits.todays_sends`); all parts add up to the day's number.
    """

    day = models.DateField()
    part = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "part"], name="a_part_of_a_day_has_one_number")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number}"
