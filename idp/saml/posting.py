"""Sending a message on through the browser: a form that posts itself, or another address."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from idp.branding.brands import Shown


def post_form(
    request: HttpRequest,
    address: str,
    fields: Sequence[tuple[str, str]],
    purpose: str,
    service: str = "",
    *,
    news: str = "",
    brand: Shown | None = None,
) -> HttpResponse:
    """Return the page that posts these fields (Bindings 3.5) to that one address.

    `purpose` chooses what the page says meanwhile: signing in, declined, or signing out; `news` is one more
    sentence, which delays nothing; `brand` is the service's, where one service is meant. Its policy names the
    address's scheme and no origin: browsers hold every redirect after a form against the form's page, and where
    a service leads people next is not ours to know.
    """
    context: dict[str, Any] = {
        "address": address,
        "fields": fields,
        "purpose": purpose,
        "service": service,
        "news": news,
    }
    if brand is not None:
        context["brand"] = brand
    response = render(request, "saml/post.html", context)
    response._csp_update = {"form-action": [f"{urlsplit(address).scheme}:"]}  # type: ignore[attr-defined]  # django-csp's own hook
    return response


def send_on(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to an address of a service.

    After a form, by a page of its own: browsers hold a redirect after a form against the form's page, whose
    policy does not know that address.
    """
    if request.method == "GET":
        return HttpResponseRedirect(address)
    return render(request, "saml/send_on.html", {"address": address})
