"""The Content-Security-Policy of each answer: django-csp's, built once for each form of it and kept.

What differs from answer to answer is the nonce, and what few pages add to where their forms may lead.
"""

import os
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache

from csp.constants import HEADER
from csp.exceptions import CSPNonceError
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

FORMS_KEPT = 256
_PLACE = "(nonce)"
"""Stands in a kept policy where the nonce goes; no source can be written so."""


class Nonce:
    """128 random bits in base64, drawn when a page first asks for them. It knows no request, and so keeps none."""

    __slots__ = ("_is_late", "drawn")

    def __init__(self) -> None:
        self.drawn, self._is_late = "", False

    def __str__(self) -> str:
        """Return it. Raises CSPNonceError if it is asked for when the policy is written, and is not in it."""
        if not self.drawn:
            if self._is_late:
                raise CSPNonceError("the policy was written without a nonce")
            self.drawn = b64encode(os.urandom(16)).decode("ascii")
        return self.drawn

    def close(self) -> str:
        """Return it if it was drawn, else an empty string; then it never will be."""
        self._is_late = True
        return self.drawn


def content_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Write the policy of the settings, with what `_csp_update` of the response adds and the nonce, if any."""

    def middleware(request: HttpRequest) -> HttpResponse:
        nonce = request.csp_nonce = Nonce()  # type: ignore[attr-defined]  # the name that django-csp has for it
        response = get_response(request)
        more = getattr(response, "_csp_update", None) or {}
        form = tuple((directive, tuple(sources)) for directive, sources in more.items())
        drawn = nonce.close()
        response[HEADER] = _policy(form, _PLACE).replace(_PLACE, drawn) if drawn else _policy(form, None)
        return response

    return middleware


@lru_cache(maxsize=FORMS_KEPT)
def _policy(more: tuple[tuple[str, tuple[str, ...]], ...], nonce: str | None) -> str:
    return build_policy(update={directive: list(sources) for directive, sources in more}, nonce=nonce)
