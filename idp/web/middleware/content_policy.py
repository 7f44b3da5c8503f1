"""The Content-Security-Policy header: django-csp's, built once for each variant and cached.

Responses differ only in their nonce, and in where the forms of a few pages may lead.
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
"""The placeholder of the nonce in a cached policy. No source can look like it."""


class Nonce:
    """A nonce of 128 random bits in base64, drawn when a page first uses it. It holds no reference to its request."""

    __slots__ = ("_is_late", "drawn")

    def __init__(self) -> None:
        self.drawn, self._is_late = "", False

    def __str__(self) -> str:
        """Return the nonce. Raises CSPNonceError if it is first used after the policy was written without it."""
        if not self.drawn:
            if self._is_late:
                raise CSPNonceError("the policy was written without a nonce")
            self.drawn = b64encode(os.urandom(16)).decode("ascii")
        return self.drawn

    def close(self) -> str:
        """Return the nonce if it was drawn, otherwise an empty string. From then on, it cannot be drawn."""
        self._is_late = True
        return self.drawn


def content_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set the policy of the settings, with the response's `_csp_update` and the nonce, if any."""

    def middleware(request: HttpRequest) -> HttpResponse:
        nonce = request.csp_nonce = Nonce()  # type: ignore[attr-defined]  # django-csp's own name
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
