"""Numbers on Twilio's safe list."""

from django.db import models
from django.db.models import Q

from idp.agents.models import Agent


class SafeListing(models.Model):
    """A number that is on Twilio's safe list, or is to be put on it, or taken off.

    `wanted` says what was asked for, `listed_at` since when it is on the list. `due_at` is when Twilio is asked
    next, None where nothing is left to do; `tries` counts the answers in a row that settled nothing.
    """

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="safe_listings")
    number = models.CharField(max_length=16, unique=True)
    wanted = models.BooleanField()
    asked_at = models.DateTimeField("asked for")
    listed_at = models.DateTimeField("on the list since", null=True, blank=True)
    due_at = models.DateTimeField("next request", null=True, blank=True, db_index=True)
    tried_at = models.DateTimeField("last request", null=True, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField("Twilio's answer", max_length=20, blank=True)
    code = models.PositiveIntegerField("Twilio error code", null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "pk"]
        default_permissions = ("view", "change")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False) | Q(wanted=True, listed_at__isnull=True),
                name="safe_listings_not_done",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="a_safe_listing_is_of_a_number_in_e164"
            ),
            models.CheckConstraint(
                condition=Q(listed_at__isnull=True) | Q(tried_at__isnull=False), name="only_twilio_puts_on_the_list"
            ),
        ]

    def __str__(self) -> str:
        return f"number ending {self.number[-2:]}"
