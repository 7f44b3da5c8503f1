"""The first page of the login: it asks for a number or an email address, or takes a passkey."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from idp import clock
from idp.agents import device_rows
from idp.agents.authentication import Method
from idp.agents.models import Device, Reason
from idp.login import cookies
from idp.login.codes import requesting
from idp.login.endings import not_me
from idp.login.models import LoginFlow
from idp.login.pages import other_codes
from idp.login.pages.notices import notice, reported
from idp.login.pages.rendering import OWN_PAGE, page
from idp.passkeys import ceremony_options
from idp.passkeys.models import Passkey


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the page says about the form that was just sent.

    `error` is about what was typed, `not_taken` about a passkey. `typed` replaces what the form contained.
    """

    status: int
    error: str = ""
    not_taken: str = ""
    typed: str = ""
    texts_down: bool = False


NO_FEEDBACK = Feedback(200)


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """What the script passes to the browser. `known`: this browser's agent has a passkey."""

    options_json: str
    known: bool


def passkey_rejected(status: int) -> Feedback:
    """Say that a passkey was rejected, in the same sentence for every reason."""
    return Feedback(status, not_taken=_("That passkey didn't work. Try again, or sign in with a code."))


def show(
    request: HttpRequest, flow: LoginFlow, reason: str | None = None, feedback: Feedback = NO_FEEDBACK
) -> HttpResponse:
    """Show the first page. `reason` is that of `AskPhone`: why a phone that was signed in needs proof again."""
    device = device_rows.find(request.COOKIES.get(cookies.name("device")))
    other = not_me.replacement(device, clock.now()) if reason == Reason.REPLACED else None
    said = other if other is not None and not_me.was_reported(other) else None
    by_email, typed = _by_email(request, feedback.typed or request.POST.get("identifier", flow.typed))
    context = {
        "notice": reported(said) if said else notice(reason, device, flow.limits),
        "other": None if said else other,
        "error": feedback.error,
        "typed": typed,
        "texts_down": feedback.texts_down or requesting.texts_are_down(flow, clock.now()),
        "by_email": by_email,
        "country": settings.LATCHKEY.default_country,
        "asked_to_confirm": flow.force_authn and flow.service != OWN_PAGE,
        "ways": other_codes.offered(flow),
        "by_text": flow.accepts(Method.CODE),
        "passkey": _passkey_request(flow, device),
        "not_taken": feedback.not_taken,
    }
    return page(request, flow, "login/phone.html", context, status=feedback.status)


def _by_email(request: HttpRequest, typed: str) -> tuple[bool, str]:
    """Return whether the page asks for an email address, and what its field contains."""
    is_email, chosen = "@" in typed, request.GET.get("by")
    by_email = chosen == "email" or (is_email and chosen != "number")
    return by_email, typed if request.method == "POST" or is_email == by_email else ""


def _passkey_request(flow: LoginFlow, device: Device | None) -> PasskeyRequest | None:
    """Return a request for a passkey with a new challenge.

    Returns None if the service does not accept passkeys or the installation cannot use them.
    """
    options = ceremony_options.for_sign_in(flow.pk, clock.now()) if flow.accepts(Method.PASSKEY) else None
    if options is None:
        return None
    return PasskeyRequest(options, known=device is not None and Passkey.objects.of(device.agent).exists())
