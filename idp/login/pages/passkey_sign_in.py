"""The button *Sign in with a passkey* on the first page."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from idp import clock
from idp.agents.authentication import Method
from idp.agents.models import Device
from idp.login import request_facts
from idp.login.flow.dispatcher import Step
from idp.login.models import LoginFlow
from idp.login.pages import rejection_delay
from idp.login.pages.forms import PasskeyForm
from idp.login.pages.rendering import paused
from idp.login.proofs import passkey
from idp.otp.verifications import Paused
from idp.passkeys import ceremony_options
from idp.passkeys.lifecycle import NotProved
from idp.passkeys.models import Passkey

BAD_REQUEST, FORBIDDEN = 400, 403


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What the script passes to the browser. `known`: this browser's agent has a passkey."""

    options_json: str
    known: bool


@dataclass(frozen=True, slots=True)
class PasskeyRejected:
    """The passkey was rejected. The first page says so, in the same sentence for every reason."""

    sentence: str
    status: int


def request_for(flow: LoginFlow, device: Device | None, now: datetime) -> PasskeyRequest | None:
    """Return a request for a passkey with a new challenge.

    Returns None if the service does not accept passkeys or the installation cannot use them.
    """
    options = ceremony_options.for_sign_in(flow.pk, now) if flow.accepts(Method.PASSKEY) else None
    if options is None:
        return None
    return PasskeyRequest(options, known=device is not None and Passkey.objects.of(device.agent).exists())


def submit(request: HttpRequest, flow: LoginFlow) -> Step | HttpResponse | PasskeyRejected:
    """Check the browser's response. Returns the next step, or what to show instead."""
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return PasskeyRejected(_sentence(), BAD_REQUEST)
    due = rejection_delay.due_at()
    seen = request_facts.of_browser(request, form.cleaned_data["touch_points"])
    result = passkey.submit(flow, form.cleaned_data["passkey"], seen, clock.now())
    if isinstance(result, Paused):
        return paused(request, flow, result.until)
    if not isinstance(result, NotProved):
        return result
    # An unknown passkey is rejected faster than a wrong signature. The pause hides the difference.
    rejection_delay.wait_until(due)
    return PasskeyRejected(_sentence(), BAD_REQUEST if result.refused.unreadable else FORBIDDEN)


def _sentence() -> str:
    return _("That passkey didn't work. Try again, or sign in with a code.")
