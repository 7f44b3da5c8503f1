"""Where a service provider's metadata comes from, and what is required to accept it."""

from django.db import models
from django.db.models import Q

from idp.saml.models.service_provider import ServiceProvider


class ValidUntil(models.TextChoices):
    """How the metadata's expiry is treated."""

    CHECK = "check", "must not be past, if present"
    REQUIRE = "require", "must be present, not past, and not too far ahead"
    IGNORE = "ignore", "not checked"


class TakeOver(models.TextChoices):
    """How changes of the metadata are applied to the service."""

    ASK = "ask", "let an operator accept them first"
    SIGNED = "signed", "accept them at once if the signature is valid"


class MetadataSource(models.Model):
    """The document that a service provider was set up from.

    `signing_certificate` is a key that came by another way: if it is there, the document's root must be signed
    with it. `pending` is a document that differs and waits for an operator; `fault` says why the last one was
    not taken. `left_alone` marks the changes that an operator did not want, so that they are not shown again.
    """

    service_provider = models.OneToOneField(ServiceProvider, models.CASCADE, related_name="metadata_source")
    url = models.CharField("address", max_length=2048, blank=True)
    signing_certificate = models.TextField(blank=True)
    valid_until_rule = models.CharField(max_length=8, choices=ValidUntil.choices, default=ValidUntil.CHECK)
    longest_days = models.PositiveSmallIntegerField(default=30)
    take_over = models.CharField(max_length=8, choices=TakeOver.choices, default=TakeOver.ASK)
    valid_until = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=500, blank=True)
    pending = models.TextField(blank=True)
    left_alone = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until_rule__in=ValidUntil.values), name="valid_until_rule_is_known"
            ),
            models.CheckConstraint(condition=Q(take_over__in=TakeOver.values), name="take_over_is_known"),
            models.CheckConstraint(
                condition=~Q(take_over=TakeOver.SIGNED) | ~Q(signing_certificate=""),
                name="only_signed_metadata_is_taken_unseen",
                violation_error_message="Paste the certificate that the metadata is signed with.",
            ),
        ]

    def __str__(self) -> str:
        return self.url or "a file"
