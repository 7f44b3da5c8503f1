"""The Vary header: the request headers that a response depends on (RFC 9110 section 12.5.5)."""

from functools import lru_cache

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers


def vary(response: HttpResponseBase, *names: str) -> None:
    """Add header names to Vary, as Django does. Cached, because there are few combinations."""
    response.headers["Vary"] = _with(response.headers.get("Vary", ""), names)


@lru_cache(maxsize=256)
def _with(named: str, names: tuple[str, ...]) -> str:
    blank = HttpResponse(headers={"Vary": named} if named else {})
    patch_vary_headers(blank, names)
    return blank.headers["Vary"]
