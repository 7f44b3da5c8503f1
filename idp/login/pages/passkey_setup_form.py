"""The form with which a browser creates a passkey: after a code, and on the agent's own page."""

from dataclasses import dataclass

from django.http import HttpRequest

from idp import clock
from idp.agents.models import Device, Kind
from idp.login import passkey_setup, request_facts
from idp.login.pages.forms import PasskeyForm
from idp.passkeys import ceremony_options
from idp.passkeys.models import Passkey
from idp.passkeys.verification import Refused


@dataclass(frozen=True, slots=True)
class SetupForm:
    """The form as a page shows it, with a new challenge. `not_taken`: the passkey just sent was not stored.

    `status` is the HTTP status of the page.
    """

    options_json: str
    mobile: bool
    not_taken: bool
    status: int

    @property
    def context(self) -> dict[str, object]:
        """What the page's template needs of it."""
        return {"options_json": self.options_json, "mobile": self.mobile, "not_taken": self.not_taken}


def answer(request: HttpRequest, device: Device) -> Passkey | SetupForm | None:
    """Store the passkey that was sent, if one was, or return the form. Runs inside the caller's transaction.

    Returns None instead of the form if the installation cannot have passkeys.
    """
    if request.method != "POST":
        return _form(device, not_taken=False, status=200)
    sent = PasskeyForm(request.POST)
    if not sent.is_valid():
        return _form(device, not_taken=True, status=400)
    made = passkey_setup.set_up(sent.cleaned_data["passkey"], device, request_facts.origin_of(request), clock.now())
    return _form(device, not_taken=True, status=403) if isinstance(made, Refused) else made


def _form(device: Device, *, not_taken: bool, status: int) -> SetupForm | None:
    options = ceremony_options.for_setup(device, clock.now())
    return None if options is None else SetupForm(options, device.kind == Kind.MOBILE, not_taken, status)
