"""The admin's sign-in form: email, password and code, checked as a whole."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.web.operators import recent_factor, sign_in_limits, sign_in_trail
from idp.web.operators.app_code import AppCodeField, app_that_made

WRONG = "The email, password or code is wrong. Each code works only once: wait for the next one."
TOO_MANY = "Too many tries. Wait 15 minutes, or open the admin with: python manage.py add_operator"


class OperatorLoginForm(AdminAuthenticationForm):
    """Password and second factor on one page. The error does not say which was wrong."""

    error_messages = {**AdminAuthenticationForm.error_messages, "invalid_login": WRONG, "inactive": WRONG}
    otp_token = AppCodeField(label="Code from your authenticator app")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Email"
        self.fields["username"].widget.input_type = "email"

    def clean(self) -> dict[str, Any]:
        """Check all three together, or none of them."""
        if not {"username", "password", "otp_token"} <= self.cleaned_data.keys():
            return self.cleaned_data
        typed = self.cleaned_data["username"]
        address = (request_facts.origin_of(self.request).address if self.request else None) or ""
        if not sign_in_limits.reserve(typed, address, clock.now()):
            raise ValidationError(TOO_MANY)
        data = self._check_password(typed)
        operator = self.get_user()
        # django-otp stores this in the session when the operator is signed in.
        setattr(operator, "otp_device", self._factor(operator))  # noqa: B010 - django-otp's own attribute
        sign_in_limits.forget(typed)
        if self.request is not None:
            recent_factor.remember(self.request.session, clock.now())
            sign_in_trail.record_sign_in(self.request, operator, "by password and authenticator app")
        return data

    def _check_password(self, typed: str) -> dict[str, Any]:
        """Check email and password. Raises ValidationError."""
        try:
            return super().clean()
        except ValidationError:
            self._record_rejection(typed, "wrong password, or no operator")
            raise

    def _record_rejection(self, typed: str, why: str) -> None:
        if self.request is not None:
            sign_in_trail.record_rejection(self.request, typed, why)

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Raise ValidationError for anybody but an active operator, with the words for a wrong password."""
        if not (isinstance(user, Agent) and user.is_active and user.is_staff):
            raise ValidationError(WRONG)

    def _factor(self, operator: Agent) -> TOTPDevice:
        """Return the authenticator app that made the code. Raises ValidationError."""
        if app := app_that_made(self.cleaned_data["otp_token"], operator):
            return app
        self._record_rejection(operator.email, "right password, wrong code")
        raise ValidationError(WRONG)
