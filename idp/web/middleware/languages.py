"""In which language a page speaks, and the choice that agents' pages offer.

By `?lang=`, then the browser's cookie, then what the browser asks for, then the installation's own. The agent's own
language comes by the cookie, which a sign-in writes, so that it is known of nobody who has not signed in here.
Operators and programs are spoken to in English: half a translation is worse than none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from idp.login import cookies
from idp.web.middleware.vary import vary
from idp.web.operators.middleware import PREFIX

log = structlog.get_logger(__name__)

ENGLISH_ONLY = (
    *(PREFIX, "/static/", "/api/", "/scim/", "/oauth/revoke", "/.well-known/"),
    *("/healthz", "/readyz", "/metrics", "/saml/metadata"),
)
ANSWERS_ONCE = ("/saml/", "/oauth/")
"""Addresses whose pages cannot be asked for a second time."""
KEPT = ("by", "with")
"""What of an address's query goes along when the language is changed."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One language to choose: its code, its own name, and the query that chooses it on this page."""

    code: str
    name: str
    query: str
    chosen: bool


def spoken(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer each request in its language; keep one that was asked for in the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ENGLISH_ONLY):
            _speak(settings.LANGUAGE_CODE)
            return get_response(request)
        asked = supported(_asked(request))
        kept, accepted = cookies.language(request), request.META.get("HTTP_ACCEPT_LANGUAGE", "")
        language = _speak(asked or choose(kept, accepted))
        try:
            response = get_response(request)
        finally:
            if language != settings.LANGUAGE_CODE:
                translation.activate(settings.LANGUAGE_CODE)
        response.headers.setdefault("Content-Language", language)
        vary(response, "Accept-Language")
        if asked:
            cookies.write_language(response, asked)
        return response

    return middleware


def choose(kept: str, accepted: str) -> str:
    """Return the language for what a browser keeps, and for its Accept-Language header."""
    if found := supported(kept):
        return found
    for code, _ in parse_accept_lang_header(accepted):
        if found := supported(code):
            return found
    return settings.LATCHKEY.language


def supported(code: str) -> str:
    """Return our language for a code, as es for es-MX and pt-br for pt; empty for none."""
    if not code:
        return ""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return ""


def offered(request: HttpRequest) -> list[Offered]:
    """List the languages to choose from, where the page can be had once more in another one."""
    again = request.method in {"GET", "HEAD"} or request.path.startswith("/login/")
    if not again or request.path.startswith(ANSWERS_ONCE):
        return []
    kept = {name: request.GET[name] for name in KEPT if name in request.GET}
    return [
        Offered(code, name, f"?{urlencode({**kept, 'lang': code})}", chosen=code == translation.get_language())
        for code, name in settings.LANGUAGES
    ]


def _speak(language: str) -> str:
    """Activate a language, or stay with English if its catalogue is damaged. Returns which it is."""
    if translation.get_language() == language:  # activating it again takes longer than to look
        return language
    try:
        translation.activate(language)
    except Exception:
        log.exception("catalogue_unreadable", language=language)
        translation.activate(settings.LANGUAGE_CODE)
        return settings.LANGUAGE_CODE
    return language


def _asked(request: HttpRequest) -> str:
    if "lang" not in request.META.get("QUERY_STRING", ""):  # a long message of a service is not read for nothing
        return ""
    try:
        return request.GET.get("lang", "")
    except SuspiciousOperation:  # more parameters than are read; the page that follows says so
        return ""
