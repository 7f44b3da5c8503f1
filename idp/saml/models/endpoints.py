"""The addresses of service providers: where Responses go, and where logout messages go."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from idp.saml import names
from idp.saml.models.service_provider import ServiceProvider
from idp.saml.received_message import names_a_parameter

CARRIES = "This address carries a message already. Leave out SAMLRequest, RelayState and what else is SAML's own in it."


class AssertionConsumer(models.Model):
    """An address that takes Responses, compared and sent to byte for byte."""

    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE, related_name="consumers")
    url = models.CharField("ACS URL", max_length=2048)
    index = models.PositiveIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_default", "index"]
        verbose_name = "assertion consumer service"
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "url"], name="an_acs_is_registered_once"),
            models.UniqueConstraint(fields=["service_provider", "index"], name="an_index_names_one_acs"),
            models.UniqueConstraint(fields=["service_provider"], condition=Q(is_default=True), name="one_default_acs"),
        ]

    def __str__(self) -> str:
        return self.url


class LogoutEndpoint(models.Model):
    """An address of a service provider that takes logout messages. It may have another one for responses."""

    BINDINGS = [
        (names.HTTP_REDIRECT, "HTTP-Redirect"),
        (names.HTTP_POST, "HTTP-POST"),
        (names.SOAP, "SOAP, from server to server"),
    ]

    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE, related_name="logout_endpoints")
    binding = models.CharField(max_length=64, choices=BINDINGS)
    location = models.CharField("address", max_length=2048)
    response_location = models.CharField("address for answers", max_length=2048, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "binding"], name="one_logout_endpoint_of_each_binding"),
            models.CheckConstraint(
                condition=Q(binding__in=[names.HTTP_REDIRECT, names.HTTP_POST, names.SOAP]),
                name="a_logout_binding_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.location

    def clean(self) -> None:
        """Refuse an address to which no message can be added, as one that was copied while it carried a message."""
        super().clean()
        if self.binding == names.HTTP_REDIRECT:
            held = [it for it in ("location", "response_location") if names_a_parameter(getattr(self, it))]
            if held:
                raise ValidationError(dict.fromkeys(held, CARRIES))
