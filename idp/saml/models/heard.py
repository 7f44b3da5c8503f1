"""Listening for the first request of a new connection."""

from django.db import models


class Listening(models.Model):
    """A stretch of time in which every request that comes is noted, whoever sent it."""

    begun_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"until {self.until:%H:%M}"


class HeardRequest(models.Model):
    """An AuthnRequest as it came in while somebody listened. Nothing in it is believed, nothing personal kept.

    `outcome` is the code of the error it ended in, or empty if it was taken. Of a request that cannot be read only
    that is known; `issuer` is empty then.
    """

    at = models.DateTimeField(db_index=True)
    issuer = models.CharField(max_length=1024, blank=True)
    acs_url = models.CharField(max_length=2048, blank=True)
    binding = models.CharField(max_length=8)
    signed = models.BooleanField()
    says = models.JSONField(default=dict)
    outcome = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=11)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.issuer
