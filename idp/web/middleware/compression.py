"""Compresses responses with gzip (RFC 1952) for browsers that accept it.

It does the same as Django's middleware, with the same padding of random length, which keeps secrets from showing in the
length of a response (BREACH). It uses ISA-L, because zlib takes a sixth of the time of a Response's two signatures.
"""

import re
import secrets
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from isal import isal_zlib

from idp.web.middleware.vary import vary

LEVEL: Final = 3  # ISA-L's highest
SHORTEST: Final = 200  # bytes; shorter responses are not compressed, as in Django
PADDING: Final = 100  # the number of possible lengths of the file name
_MEMBER: Final = 31  # zlib's wbits for gzip with the largest window
_HEAD, _FLAGS, _NAMED = 10, 3, 8  # header length, offset of the flags, and FNAME (RFC 1952)

_takes_gzip = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))").search  # RFC 9110 section 12.4.2: q=0 refuses it


def compress_responses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Compress each response that becomes shorter by it. Streamed responses are left to Django."""
    in_pieces = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, StreamingHttpResponse):
            return in_pieces.process_response(request, response)
        if len(response.content) < SHORTEST or response.has_header("Content-Encoding"):
            return response
        vary(response, "Accept-Encoding")
        if _takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            _pack(response)
        return response

    return middleware


def pack(content: bytes) -> bytes:
    """Return a gzip member, with a meaningless file name of up to 99 bytes as padding."""
    member = isal_zlib.compress(content, LEVEL, _MEMBER)
    head = bytearray(member[:_HEAD])
    head[_FLAGS] = _NAMED
    return bytes(head) + b"a" * secrets.randbelow(PADDING) + b"\0" + member[_HEAD:]


def _pack(response: HttpResponse) -> None:
    member = pack(response.content)
    if len(member) < len(response.content):
        response.content = member
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(member))
