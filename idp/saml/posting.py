"""Sending a message on through the browser: a form that posts itself, or another address."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render


def post_form(
    request: HttpRequest, address: str, fields: Sequence[tuple[str, str]], purpose: str, service: str = ""
) -> HttpResponse:
    """Return the page that posts these fields (Bindings 3.5), to that one address and no other.

    `purpose` chooses what the page says meanwhile: signing in, declined, or signing out.
    """
    context = {"address": address, "fields": fields, "purpose": purpose, "service": service}
    response = render(request, "saml/post.html", context)
    origin = "/".join(address.split("/", 3)[:3])
    response._csp_update = {"form-action": [origin]}  # type: ignore[attr-defined]  # django-csp's own hook
    return response


def send_on(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to an address of a service.

    After a form, by a page of its own: browsers hold a redirect after a form against the form's page, whose
    policy does not know that address.
    """
    if request.method == "GET":
        return HttpResponseRedirect(address)
    return render(request, "saml/send_on.html", {"address": address})
