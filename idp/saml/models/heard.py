"""Tables for listening to the first request of a new connection."""

from django.db import models


class Listening(models.Model):
    """A period during which every request is recorded, from any sender."""

    begun_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"until {self.until:%H:%M}"


class HeardRequest(models.Model):
    """An AuthnRequest that came while somebody listened. It is not trusted, and holds nothing personal.

    `outcome` is the code of its error, or empty if it was accepted. For a request that cannot be read, `issuer` is
    empty, and only the outcome is known.
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
