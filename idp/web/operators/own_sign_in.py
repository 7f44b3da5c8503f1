"""The page where operators set their own password and register their authenticator app."""

from base64 import b32encode
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.agents.models import Agent

APP_NAME = "authenticator app"


def pending_app(operator: Agent) -> TOTPDevice:
    """Return the app that is being registered. Its key is shown until a code proves it, and never again."""
    known: TOTPDevice | None = TOTPDevice.objects.filter(user=operator, confirmed=False).order_by("pk").first()
    return known or TOTPDevice.objects.create(user=operator, confirmed=False, name=APP_NAME)


def key_text(app: TOTPDevice) -> str:
    """Return the key for typing, in groups of four."""
    text = b32encode(app.bin_key).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


class OwnSignInForm(forms.Form):
    """A new password, and a code that shows the authenticator app is set up.

    Whoever came in by password gives it again; a one-time link has just proved as much.
    """

    current = forms.CharField(
        label="Your present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="New password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )
    token = forms.CharField(
        label="Code from the app",
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )

    def __init__(self, operator: Agent, app: TOTPDevice, *args: Any, by_link: bool) -> None:
        super().__init__(*args)
        self.operator, self.app = operator, app
        if by_link or not operator.has_usable_password():
            del self.fields["current"]

    def clean_current(self) -> str:
        """Check the present password."""
        current: str = self.cleaned_data["current"]
        if not self.operator.check_password(current):
            raise ValidationError("That is not your present password.")
        return current

    def clean_password(self) -> str:
        """Hold the password against Django's validators."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.operator)
        return password

    def clean(self) -> dict[str, Any]:
        """Check the code last: a code works once, so it is not spent on a form with another fault."""
        if not self.errors and not self.app.verify_token(self.cleaned_data["token"]):
            self.add_error("token", "That code isn't right. Check the clock of your phone.")
        return self.cleaned_data

    @transaction.atomic
    def save(self) -> None:
        """Keep the password, and count this app from now on instead of any before it."""
        self.operator.set_password(self.cleaned_data["password"])
        self.operator.save(update_fields=["password"])
        TOTPDevice.objects.devices_for_user(self.operator).exclude(pk=self.app.pk).delete()
        self.app.confirmed = True
        self.app.save(update_fields=["confirmed"])
