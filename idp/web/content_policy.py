"""The Content-Security-Policy of each answer: django-csp's, built once for each form of it and kept.

What differs from answer to answer is the nonce, and what few pages add to where their forms may lead.
"""

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CheckableLazyObject, CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

FORMS_KEPT = 256
_PLACE = "(nonce)"
"""Stands in a kept policy where the nonce goes; no source can be written so."""


class ContentPolicy(CSPMiddleware):
    """Writes the policy of the settings, with what `_csp_update` of the response adds and the request's nonce."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Write it. A nonce that nobody asked for is not in it, and asking later is an error."""
        more = getattr(response, "_csp_update", None) or {}
        form = tuple((directive, tuple(sources)) for directive, sources in more.items())
        if nonce := getattr(request, "_csp_nonce", None):
            response[HEADER] = _policy(form, _PLACE).replace(_PLACE, nonce)
            request.csp_nonce = nonce  # type: ignore[attr-defined]  # what made it holds the request, which would stay
        else:
            response[HEADER] = _policy(form, None)
            request.csp_nonce = CheckableLazyObject(self._csp_nonce_post_response)  # type: ignore[attr-defined]
        return response


@lru_cache(maxsize=FORMS_KEPT)
def _policy(more: tuple[tuple[str, tuple[str, ...]], ...], nonce: str | None) -> str:
    return build_policy(update={directive: list(sources) for directive, sources in more}, nonce=nonce)
