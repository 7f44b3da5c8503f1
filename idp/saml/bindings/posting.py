"""Sends the browser to a service: with a form that posts itself, or to another address."""

import re
import secrets
from base64 import b64encode
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.translation import get_language, override

from idp.branding import brands
from idp.branding.brands import Shown

PAGES_KEPT = 64
"""Pages that are cached: brands times languages times purposes, without the values of any request."""
_PLACE = secrets.token_hex(16)
"""The placeholder in a cached page. It is random, so no text can imitate it."""
_NONCE, _ADDRESS, _SERVICE, _NEWS, _FIELDS = range(5)


class Purpose(StrEnum):
    """Why a page posts its form: it chooses the page's text."""

    SIGNING_IN = "signing in"
    DECLINED = "declined"
    SIGNING_OUT = "signing out"


def post_form(
    request: HttpRequest,
    address: str,
    fields: Sequence[tuple[str, str | bytes]],
    purpose: Purpose,
    service: str = "",
    *,
    news: str = "",
    brand: Shown | None = None,
) -> HttpResponse:
    """Return the page that posts these fields to one address, with bytes in base64 (Bindings 3.5.4).

    `news` is one more sentence. `brand` is the brand of the service, if there is one. The page's content policy allows
    the scheme of the address and names no origin: browsers apply it to every redirect after the form, and we do not
    know where a service redirects to.
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
    """What a page looks like without the values of one request. `service` and `news` tell whether there is one."""

    language: str
    organisation: str
    brand: Shown
    purpose: Purpose
    names: tuple[str, ...]
    service: bool
    news: bool


@lru_cache(maxsize=PAGES_KEPT)
def _page(look: _Look) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """Render a page with placeholders, and split it at them.

    Returns the texts with the placeholders between them, and which value of a request goes into each placeholder.
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
        "scheme": "",
    }
    with override(look.language):
        written = render_to_string("saml/post.html", context)
    cut = re.split(rf"{_PLACE}-(\d+)-", written)
    return tuple(it.encode() for it in cut), tuple(int(it) for it in cut[1::2])


def _written(own: str | bytes) -> bytes:
    """Write a value for an attribute or a text. Base64 needs no escaping."""
    return b64encode(own) if isinstance(own, bytes) else conditional_escape(own).encode()


def _place(own: int) -> str:
    return f"{_PLACE}-{own}-"


def send_on(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser to an address of a service.

    After a form this takes a page. Browsers apply the form page's content policy to a redirect, and that policy does
    not allow the address.
    """
    if request.method == "GET":
        return HttpResponseRedirect(address)
    return render(request, "saml/send_on.html", {"address": address})
