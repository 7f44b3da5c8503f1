"""The page on which operators set their password and register their authenticator app."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.web.departments import reach
from idp.web.operators import sign_in_limits, sign_in_trail
from idp.web.operators.app_code import AppCodeField, app_that_made
from idp.web.operators.recent_factor import TOO_MANY, WRONG

APP_NAME = "authenticator app"
SHOWN_KEY = "key_of_an_app_to_register"
"""The session key under which the app's key is stored."""


def app_to_register(operator: Agent, session: SessionBase) -> TOTPDevice:
    """Return the app to register, with the key that this session shows until a code confirms it.

    It is not saved before, so that looking at the page changes nothing.
    """
    return TOTPDevice(user=operator, name=APP_NAME, key=session.setdefault(SHOWN_KEY, default_key()))


class OwnSignInForm(forms.Form):
    """A new password, and a code that proves that the authenticator app is set up.

    An operator who signed in by password repeats it, and proves the app to replace: a stolen session and password must
    not be enough. One who came by a one-time link, which is the way back, does neither.
    """

    current = forms.CharField(
        label="Your current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="New password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )
    present_token = AppCodeField(
        label="Code from the app you use now",
        help_text="You no longer have that app? Ask for a one-time link: with it, this code is not needed.",
    )
    token = AppCodeField(label="Code from the new app")

    def __init__(self, request: HttpRequest, app: TOTPDevice, *, by_link: bool) -> None:
        super().__init__(request.POST or None)
        self.request, self.operator, self.app = request, reach.operator_of(request), app
        if by_link or not self.operator.has_usable_password():
            del self.fields["current"]
        if by_link or not TOTPDevice.objects.devices_for_user(self.operator, confirmed=True).exists():
            del self.fields["present_token"]

    def clean_current(self) -> str:
        """Check the present password, and count the attempt: the session may be stolen. Raises ValidationError."""
        current: str = self.cleaned_data["current"]
        email, address = self.operator.email, request_facts.origin_of(self.request).address or ""
        if not sign_in_limits.reserve(email, address, clock.now()):
            raise ValidationError(TOO_MANY)
        if not self.operator.check_password(current):
            sign_in_trail.record_rejection(self.request, email, "already signed in, wrong current password")
            raise ValidationError("That is not your current password.")
        return current

    def clean_password(self) -> str:
        """Validate the password with Django's validators."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.operator)
        return password

    def clean(self) -> dict[str, Any]:
        """Check the codes last: they work once, so a form with another error must not use them."""
        if not self.errors and not self._is_shown(self.cleaned_data["token"]):
            self.add_error("token", "That code isn't right. Check that the clock of your phone is right.")
        if not self.errors and "present_token" in self.fields:
            self._check_present_app(self.cleaned_data["present_token"])
        if not self.errors:
            sign_in_limits.forget(self.operator.email)
        return self.cleaned_data

    def _check_present_app(self, code: str) -> None:
        if app_that_made(code, self.operator) is None:
            sign_in_trail.record_rejection(self.request, self.operator.email, "already signed in, wrong code")
            self.add_error("present_token", WRONG)

    def _is_shown(self, code: str) -> bool:
        """Whether the app shows this code now. A code that is right is used up."""
        app = self.app
        totp = TOTP(app.bin_key, app.step, app.t0, app.digits)
        totp.time = clock.now().timestamp()
        if not totp.verify(int(code), app.tolerance):
            return False
        app.last_t, app.drift = totp.t(), totp.drift
        return True

    @transaction.atomic
    def save(self) -> None:
        """Save the password, and replace any earlier app with this one."""
        self.operator.set_password(self.cleaned_data["password"])
        self.operator.save(update_fields=["password"])
        TOTPDevice.objects.devices_for_user(self.operator).delete()
        self.app.save()
