"""Requires a code from the operator's authenticator app, not older than five minutes, for the most dangerous acts.

A view calls `require` before it acts. If the last code is older, the operator sees a page that asks for a new one. That
page repeats everything that was posted, so the view goes on with it once the code is right.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock
from idp.clock import CLOCKS_APART
from idp.login import request_facts
from idp.web.departments import reach
from idp.web.operators import sign_in_limits, sign_in_trail
from idp.web.operators.app_code import AppCodeField, app_that_made
from idp.web.rendering import admin_page
from idp.web.request_fields import hidden_fields

RECENT = timedelta(minutes=5)
PASSED_AT = "second_factor_passed_at"
"""The session key of the time, in seconds since 1970."""
CODE = "confirmation_code"
WRONG = "The code is wrong. Each code works only once: wait for the next one."
TOO_MANY = "Too many tries. Wait 15 minutes."

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class CodeNeeded(Exception):
    """The operator has to confirm an act by a code. `act` says what they are about to do: "sign everyone out".

    `cancel` is the address to go to instead; if empty, the address of the request.
    """

    def __init__(self, act: str, cancel: str = "") -> None:
        super().__init__(act)
        self.act, self.cancel = act, cancel


def is_recent(passed_at: datetime | None, now: datetime) -> bool:
    """Whether a factor that was passed at a time still counts. Another node's clock may be a little ahead, not more."""
    return passed_at is not None and -CLOCKS_APART <= now - passed_at <= RECENT


def remember(session: SessionBase, now: datetime) -> None:
    """Store that the operator passed their second factor now."""
    session[PASSED_AT] = now.timestamp()


def require(request: HttpRequest, act: str, cancel: str = "") -> None:
    """Raise CodeNeeded, with `act` and `cancel`, if the operator's last code is not recent.

    Call it before anything is written. Operators who signed in by a one-time link and have no app yet have nothing to
    confirm with.
    """
    if _has_recent(request):
        return
    if TOTPDevice.objects.devices_for_user(reach.operator_of(request), confirmed=True).exists():
        raise CodeNeeded(act, cancel)


def _has_recent(request: HttpRequest) -> bool:
    now, stored = clock.now(), request.session.get(PASSED_AT)
    return is_recent(None if stored is None else datetime.fromtimestamp(stored, now.tzinfo), now)


def confirmable(view: View) -> View:
    """Return the view, which now asks for a code if it raises CodeNeeded, and checks the code that comes back.

    The code is checked before the view, outside of its transaction: a refused one counts even if the view rolls back.
    It is not checked while an earlier one is recent, so a page that is reloaded is no wrong try.
    """

    @wraps(view)
    def confirming(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = ConfirmationForm(request)
        if CODE in request.POST and not _has_recent(request) and form.is_valid():
            remember(request.session, clock.now())
        try:
            return view(request, *args, **kwargs)
        except CodeNeeded as needed:
            return _ask(request, needed, form)

    return cast("View", confirming)


class ConfirmationForm(forms.Form):
    """The code that confirms an act. It is bound only if a code was posted."""

    confirmation_code = AppCodeField(label="Code from your authenticator app")

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if CODE in request.POST else None)
        self.request = request
        self.fields[CODE].widget.attrs["autofocus"] = True

    def clean_confirmation_code(self) -> str:
        """Check the code, count the attempt, and record the result in the trail. Raises ValidationError."""
        code: str = self.cleaned_data[CODE]
        operator, address = reach.operator_of(self.request), request_facts.origin_of(self.request).address or ""
        if not sign_in_limits.reserve(operator.email, address, clock.now()):
            raise ValidationError(TOO_MANY)
        if app_that_made(code, operator) is None:
            sign_in_trail.record_rejection(self.request, operator.email, "already signed in, wrong code")
            raise ValidationError(WRONG)
        sign_in_limits.forget(operator.email)
        sign_in_trail.record_confirmation(self.request, operator)
        return code


def _ask(request: HttpRequest, needed: CodeNeeded, form: ConfirmationForm) -> HttpResponse:
    shown = {
        "title": "Confirm that it is you",
        "act": needed.act,
        "cancel": needed.cancel,
        "form": form,
        "hidden_fields": hidden_fields(request.POST, without=CODE),
        "minutes": RECENT // timedelta(minutes=1),
    }
    return admin_page(request, "confirm_it_is_you.html", shown, status=422 if form.errors else 200)
