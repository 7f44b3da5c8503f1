"""`/me`: the agent's own page, about the device in their hand."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents import device_rows, devices, locks
from idp.agents.models import Device
from idp.errors import IdpError
from idp.login import request_facts
from idp.login.flow import device_state
from idp.login.pages import notices
from idp.otp.other_codes import app_codes, recovery_codes
from idp.passkeys import relying_party
from idp.passkeys.models import Passkey
from idp.saml.logout import single_logout
from idp.saml.logout import views as logout_views
from idp.web import next_codes
from idp.web.me import sign_ins
from idp.wording import for_agents


class NotSignedIn(IdpError):
    """The browser does not prove a device that is signed in."""

    code = "not_signed_in"
    status = 403
    sentence = for_agents("You are not signed in here.")
    advice = for_agents("Open the app you want to use. It will bring you here to sign in.")


def device_of(request: HttpRequest) -> Device:
    """Return the device that the browser proves. Runs inside the caller's transaction. Raises NotSignedIn.

    Before an agent changes something here, their own row is held, as in a sign-in.
    """
    facts = request_facts.of_browser(request)
    if request.method == "POST" and (named := device_rows.find(facts.device_secret)) is not None:
        locks.hold_agents([named.agent_id])
    device = device_state.proved_device(facts, clock.now())
    if device is None:
        raise NotSignedIn("the browser proves no device that is signed in")
    return device


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show an agent this device and the last sign-ins, and let them sign out here or everywhere."""
    if request.method == "POST":
        return _sign_out(request)
    with transaction.atomic():
        device = device_of(request)
    listed = sign_ins.last(device, clock.now())
    left = recovery_codes.left(device.agent)
    context = {
        "device": device,
        "sign_ins": listed,
        "asks": any(it.may_report for it in listed),
        "ended": notices.of_ended(devices.replaced_by(device)),
        "next_codes": next_codes.for_agent(device, clock.now()),
        "passkeys": Passkey.objects.of(device.agent),
        "can_have_passkeys": relying_party.from_settings() is not None,
        "app": app_codes.registered(device.agent),
        "codes_left": left,
        "few_left": 0 < left <= recovery_codes.FEW,
    }
    return render(request, "me/page.html", context)


def _sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out here or everywhere. An agent who is signed out already, as by a double tap, sees that."""
    everywhere = request.POST.get("out") == "everywhere"
    try:
        with transaction.atomic():
            device = device_of(request)
            under_way = single_logout.begin(
                device, request_facts.origin_of(request), clock.now(), everywhere=everywhere
            )
    except NotSignedIn:
        return render(request, "saml/signed_out.html")
    return logout_views.carry_on(request, under_way)
