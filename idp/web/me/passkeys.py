"""Passkeys at `/me`: an agent sets one up on the device in their hand, and removes any of their own."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Device
from idp.errors import IdpError
from idp.login import passkey_setup, request_facts
from idp.login.pages import passkey_setup_form
from idp.login.pages.rendering import see_other
from idp.passkeys.models import Passkey
from idp.web.me import proving
from idp.web.me.page import device_of
from idp.web.request_fields import row_uuid
from idp.wording import for_agents

HERE = "/me#passkeys"
"""Where `/me` lists passkeys; on a phone, below what is seen first."""


class NoPasskeysHere(IdpError):
    """The installation's address is one to which no passkey can be bound."""

    code = "no_passkeys_here"
    status = 404
    sentence = for_agents("Passkeys can't be used here.")
    advice = for_agents("Sign in with a code.")


@require_http_methods(["GET", "POST"])
@transaction.atomic
def passkeys(request: HttpRequest) -> HttpResponse:
    """Let an agent set up a passkey shortly after giving proof, or remove one at any time."""
    device = device_of(request)
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, device)
    if not passkey_setup.is_proved_lately(device, clock.now()):
        return proving.ask(request, "passkeys")
    form = passkey_setup_form.answer(request, device)
    if isinstance(form, Passkey):
        return see_other(HERE)
    if form is None:
        raise NoPasskeysHere("the base URL names a number")
    return render(request, "me/passkey.html", form.context, status=form.status)


def _remove(request: HttpRequest, device: Device) -> HttpResponse:
    """Remove one of the agent's passkeys. Any other ID changes nothing."""
    chosen = Passkey.objects.of(device.agent).filter(pk=row_uuid(request.POST["remove"]))
    passkey_setup.remove(chosen, "by the agent", request_facts.origin_of(request), clock.now())
    return see_other(HERE)
