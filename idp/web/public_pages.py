"""What anybody may read: the start page, the help page, and the public keys of tokens."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from idp import clock
from idp.keys import keyring
from idp.login import cookies
from idp.saml.requests import unsolicited
from idp.tokens.jwks import key_set
from idp.web.only_read import only_read


@only_read
def jwks(_: HttpRequest) -> JsonResponse:
    """Publish the public keys of tokens. The answer may be cached for as long as a key is published before its use."""
    now = clock.now()
    keyring.ensure(now)
    response = JsonResponse(key_set(now))
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show the start page, with links to the services that can be opened from here.

    A browser that was signed in with is led to `/me` too, which would only turn others away.
    """
    services = list(unsolicited.services().only("slug", "name"))
    has_own_page = cookies.name("device") in request.COOKIES
    return render(request, "start.html", {"services": services, "has_own_page": has_own_page})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show the help page, which is the same for everybody."""
    return render(request, "help.html")
