"""Factors that an agent sets up at `/me` for when no text arrives: an authenticator app, and recovery codes."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Device
from idp.audit import events
from idp.audit.models import Kind
from idp.errors import IdpError
from idp.login import request_facts
from idp.login.pages.forms import CodeForm
from idp.login.pages.rendering import see_other
from idp.login.passkey_setup import is_proved_lately
from idp.otp.other_codes import app_codes, recovery_codes
from idp.web import qr
from idp.web.me import proving
from idp.web.me.page import device_of
from idp.web.request_fields import text_field
from idp.wording import for_agents

HERE = "/me#factors"
"""Where `/me` shows these factors; on a phone, far below its top."""
APP, SHEET = "authenticator app", "recovery codes"


class NotAllowedHere(IdpError):
    """The agent may not set up this factor."""

    code = "factor_not_allowed"
    status = 403
    sentence = for_agents("This is not switched on for you.")
    advice = for_agents("Ask your contact centre if you need it.")


@require_http_methods(["GET", "POST"])
@transaction.atomic
def authenticator(request: HttpRequest) -> HttpResponse:
    """Let an agent register an authenticator app by scanning its key and typing a code, or remove it.

    Raises NotSignedIn, or NotAllowedHere if the agent may not use an app.
    """
    device = device_of(request)
    if request.method == "POST" and "remove" in request.POST:
        if app_codes.remove(device.agent):
            _record(Kind.FACTOR_REMOVED, request, device, APP)
        return see_other(HERE)
    if not device.agent.may_use_app:
        raise NotAllowedHere("may not use an authenticator app")
    if not is_proved_lately(device, clock.now()):
        return proving.ask(request, "authenticator")
    return _register(request, device) if request.method == "POST" else _show_key(request, device)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def sheet(request: HttpRequest) -> HttpResponse:
    """Explain recovery codes; POST makes a sheet of them and shows it once.

    A reload of the sheet posts the form again, which names the sheet before it, and shows the explanation instead.
    Raises NotSignedIn, or NotAllowedHere if the agent may not make any.
    """
    device = device_of(request)
    if not device.agent.may_make_recovery_codes:
        raise NotAllowedHere("may not make recovery codes")
    if not is_proved_lately(device, clock.now()):
        return proving.ask(request, "recovery-codes")
    if request.method == "GET":
        context = {
            "codes_left": recovery_codes.left(device.agent),
            "replaces": recovery_codes.sheet_of(device.agent),
        }
        return render(request, "me/recovery_codes.html", context)
    codes = recovery_codes.make_next(device.agent, text_field(request.POST, "replaces"), clock.now())
    if not codes:
        return see_other(request.path)
    _record(Kind.FACTOR_ADDED, request, device, SHEET)
    return render(request, "me/recovery_sheet.html", {"codes": codes, "agent": device.agent, "made_at": clock.now()})


def _register(request: HttpRequest, device: Device) -> HttpResponse:
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _show_key(request, device, error=str(form.errors["code"][0]), status=400)
    if not app_codes.confirm(device.agent, form.cleaned_data["code"], clock.now()):
        return _show_key(
            request, device, error=_("That code isn't right. Check that the clock of your phone is right."), status=403
        )
    _record(Kind.FACTOR_ADDED, request, device, APP)
    return see_other(HERE)


def _show_key(request: HttpRequest, device: Device, *, error: str = "", status: int = 200) -> HttpResponse:
    app = app_codes.pending(device.agent, clock.now())
    context = {
        "qr": qr.drawn(app_codes.url(app)),
        "key": app_codes.key_text(app),
        "error": error,
        "replaces": app_codes.registered(device.agent) is not None,
    }
    return render(request, "me/authenticator.html", context, status=status)


def _record(kind: Kind, request: HttpRequest, device: Device, what: str) -> None:
    origin = request_facts.origin_of(request)
    events.record(kind, origin, clock.now(), agent=device.agent, device=device, detail=f"{what}, by the agent")
