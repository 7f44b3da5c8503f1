"""The code of an operator's authenticator app: the field for it, and its check."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock
from idp.agents.models import Agent
from idp.clock import CLOCKS_APART
from idp.otp.other_codes import written_codes

LENGTH = 6


class AppCodeInput(forms.TextInput):
    """A field that comes back empty after a wrong code, because each code works only once."""

    def format_value(self, _: Any) -> None:  # noqa: ANN401 - as Django calls it
        """Return nothing."""


class AppCodeField(forms.CharField):
    """Six digits, in groups or any script, as apps show them and phones paste them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = AppCodeInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> str:  # noqa: ANN401 - as Django calls it
        """Return six ASCII digits. Anything else is rejected before it counts as an attempt."""
        typed = written_codes.unseparated(super().clean(value))
        if not typed.isdecimal() or len(typed) != LENGTH:
            raise ValidationError("The code has 6 digits.")
        return "".join(str(unicodedata.decimal(digit)) for digit in typed)


@transaction.atomic
def app_that_made(code: str, operator: Agent) -> TOTPDevice | None:
    """Return the operator's app that made the code, which is then used up; None if there is none.

    An agent's mobile number is never accepted here.
    """
    app: TOTPDevice
    for app in TOTPDevice.objects.devices_for_user(operator, confirmed=True).select_for_update():
        failed_at = app.throttling_failure_timestamp
        if failed_at is not None and failed_at > clock.now() + CLOCKS_APART:  # dated by a wrong clock
            app.throttling_failure_timestamp = None
        if app.drift and _fits_our_clock(code, app):
            app.drift = 0
        if app.verify_is_allowed()[0] and app.verify_token(code):
            return app
    return None


def _fits_our_clock(code: str, app: TOTPDevice) -> bool:
    """Whether the code is right now, however far the app and a clock of ours were apart that has been set right."""
    totp = TOTP(app.bin_key, app.step, app.t0, app.digits)
    totp.time = clock.now().timestamp()
    return bool(totp.verify(int(code), app.tolerance))
