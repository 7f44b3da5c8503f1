"""Sending a message on through the browser: a form that posts itself, or another address."""

import re
import secrets
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language, override

from idp.branding import brands
from idp.branding.brands import Shown

PAGES_KEPT = 64
"""Brands times languages times purposes; each a page without anybody's message."""
_PLACE = secrets.token_hex(16)
"""Stands in a kept page where something of one request goes. Nobody knows it, so no text can pretend to be a place."""
_NONCE, _ADDRESS, _SERVICE, _NEWS, _FIELDS = range(5)


def post_form(
    request: HttpRequest,
    address: str,
    fields: Sequence[tuple[str, str | bytes]],
    purpose: str,
    service: str = "",
    *,
    news: str = "",
    brand: Shown | None = None,
) -> HttpResponse:
    """Return the page that posts these fields to that one address, octets among them in base64 (Bindings 3.5.4).

    `purpose` chooses what the page says meanwhile: signing in, declined, or signing out; `news` is one more
    sentence, which delays nothing; `brand` is the service's, where one service is meant. Its policy names the
    address's scheme and no origin: browsers hold every redirect after a form against the form's page, and where
    a service leads people next is not ours to know.
    """
    names = tuple([name for name, _ in fields])
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]  # put there by web.middleware.content_policy
    texts, places = _page(
        _Look(
            get_language() or settings.LANGUAGE_CODE,
            settings.LATCHKEY.organisation,
            brand or brands.of(),
            purpose,
            names,
            bool(service),
            bool(news),
        )
    )
    own = [_written(it) for it in [nonce, address, service, news, *[value for _, value in fields]]]
    written = list(texts)
    written[1::2] = [own[place] for place in places]
    response = HttpResponse(b"".join(written))
    response._csp_update = {"form-action": [f"{urlsplit(address).scheme}:"]}  # type: ignore[attr-defined]  # django-csp's own hook
    return response


class _Look(NamedTuple):
    """What a page looks like before anything of one request stands in it; `service` and `news` are whether they do."""

    language: str
    organisation: str
    brand: Shown
    purpose: str
    names: tuple[str, ...]
    service: bool
    news: bool


@lru_cache(maxsize=PAGES_KEPT)
def _page(look: _Look) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """Render a page, and cut it where something of one request goes.

    Returns the texts with the places between them, and which of a request's own goes into each.
    """
    context = {
        "request": {"csp_nonce": _place(_NONCE)},
        "address": _place(_ADDRESS),
        "service": _place(_SERVICE) if look.service else "",
        "news": _place(_NEWS) if look.news else "",
        "fields": [(name, _place(_FIELDS + nth)) for nth, name in enumerate(look.names)],
        "purpose": look.purpose,
        "organisation": look.organisation,
        "brand": look.brand,
    }
    with override(look.language):
        written = render_to_string("saml/post.html", context)
    cut = re.split(rf"{_PLACE}-(\d+)-", written)
    return tuple(it.encode() for it in cut), tuple(int(it) for it in cut[1::2])


def _written(own: str | bytes) -> bytes:
    """Write a value into an attribute or a text. Base64 has nothing that would have to be escaped."""
    return b64encode(own) if isinstance(own, bytes) else escape(own).encode()


def _place(own: int) -> str:
    return f"{_PLACE}-{own}-"


def send_on(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to an address of a service.

    After a form, by a page of its own: browsers hold a redirect after a form against the form's page, whose
    policy does not know that address.
    """
    if request.method == "GET":
        return HttpResponseRedirect(address)
    return render(request, "saml/send_on.html", {"address": address})
