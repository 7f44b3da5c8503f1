"""`/me`: the agent's own page, about the phone in their hand."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.audit.models import Kind, LoginEvent
from idp.errors import IdpError
from idp.login import presented, standing
from idp.saml import logout, logout_views

LAST = 10


class NotSignedIn(IdpError):
    """The browser proves no device that is signed in."""

    code = "not_signed_in"
    status = 403
    sentence = "You are not signed in here."
    advice = "Open the app you want to use; it will bring you here to sign in."


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show an agent this phone and the last sign-ins, and let them sign out of it or everywhere."""
    now = clock.now()
    seen = presented.by(request)
    with transaction.atomic():
        device = standing.proved_device(seen, now)
        if device is None:
            raise NotSignedIn("the browser proves no device that is signed in")
        if request.method == "POST":
            everywhere = request.POST.get("out") == "everywhere"
            under_way = logout.begin_here(device, seen.origin, now, everywhere=everywhere)
    if request.method == "POST":
        return logout_views.carry_on(request, under_way)
    own = LoginEvent.objects.filter(agent=device.agent, kind=Kind.SIGNED_IN).select_related("device")
    return render(request, "me.html", {"device": device, "events": own[:LAST]})
