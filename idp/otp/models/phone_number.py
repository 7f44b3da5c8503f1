"""The mobile numbers that agents prove."""

from django.db import models
from django.db.models import Q
from django_otp.models import Device as OtpDevice

from idp.agents.models import Agent

NUMBER_NAME = "mobile number"  # django-otp requires a name for each device


class PhoneAuthenticator(OtpDevice):
    """The mobile number by which an agent proves who they are. Twilio alone holds the codes.

    A django-otp device, as an operator's other factors are. The admin never
    counts it as one (`web.site.operator_site`).
    """

    user = models.ForeignKey(Agent, models.CASCADE, related_name="numbers")
    number = models.CharField(
        max_length=16,
        unique=True,
        help_text="With + and country code.",
        error_messages={"unique": "Somebody else has this number."},
    )
    lifted_at = models.DateTimeField("pause lifted", null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="a_number_is_in_e164")
        ]

    has_test: bool | None = None
    """Whether it had an open test code when the row was read; None if that was not read."""

    def __str__(self) -> str:
        return f"number ending {self.number[-2:]}"
