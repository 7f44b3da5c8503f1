"""The language of a page, and the choice of languages that agents' pages offer.

The order is: `?lang=`, the browser's cookie, its Accept-Language header, the installation's language. A sign-in writes
the agent's own language into the cookie, so only the agent's own browsers show it. Operators' pages and APIs are in
English only: half a translation is worse than none.
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
from idp.web.admin_paths import PREFIX
from idp.web.middleware.vary import vary

log = structlog.get_logger(__name__)

ENGLISH_ONLY = (
    *(PREFIX, "/static/", "/api/", "/scim/", "/oauth/revoke", "/.well-known/"),
    *("/healthz", "/readyz", "/metrics", "/saml/metadata"),
)
ANSWERS_ONCE = ("/saml/", "/oauth/")
"""Paths whose pages cannot be requested a second time."""
KEPT_PARAMETERS = ("by", "with")
"""Query parameters that are kept when the language changes."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A language to choose: its code, its own name, and the query string that chooses it on this page."""

    code: str
    name: str
    query: str
    chosen: bool


def set_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer each request in its language, and store a language that was chosen by `?lang=`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(ENGLISH_ONLY):
            _speak(settings.LANGUAGE_CODE)
            return get_response(request)
        requested = supported(_requested(request))
        cookie, accepted = cookies.language(request), request.META.get("HTTP_ACCEPT_LANGUAGE", "")
        language = _speak(requested or choose(cookie, accepted))
        try:
            response = get_response(request)
        finally:
            if language != settings.LANGUAGE_CODE:
                translation.activate(settings.LANGUAGE_CODE)
        response.headers.setdefault("Content-Language", language)
        vary(response, "Accept-Language")
        if requested:
            cookies.write_language(response, requested)
        return response

    return middleware


def choose(cookie: str, accepted: str) -> str:
    """Return the language for a browser's cookie and its Accept-Language header."""
    if found := supported(cookie):
        return found
    for code, _ in parse_accept_lang_header(accepted):
        if found := supported(code):
            return found
    return settings.LATCHKEY.language


def supported(code: str) -> str:
    """Return the supported language for a code, such as es for es-MX and pt-br for pt; empty if there is none."""
    if not code:
        return ""
    try:
        return translation.get_supported_language_variant(code)
    except LookupError:
        return ""


def offered(request: HttpRequest) -> list[Offered]:
    """Return the languages to choose from, if the page can be requested again."""
    again = request.method in {"GET", "HEAD"} or request.path.startswith("/login/")
    if not again or request.path.startswith(ANSWERS_ONCE):
        return []
    parameters = {name: request.GET[name] for name in KEPT_PARAMETERS if name in request.GET}
    return [
        Offered(code, name, f"?{urlencode({**parameters, 'lang': code})}", chosen=code == translation.get_language())
        for code, name in settings.LANGUAGES
    ]


def _speak(language: str) -> str:
    """Activate a language, or English if its catalogue is damaged. Returns the active language."""
    if translation.get_language() == language:  # cheaper than activating it again
        return language
    try:
        translation.activate(language)
    except Exception:
        log.exception("catalogue_unreadable", language=language)
        translation.activate(settings.LANGUAGE_CODE)
        return settings.LANGUAGE_CODE
    return language


def _requested(request: HttpRequest) -> str:
    if "lang" not in request.META.get("QUERY_STRING", ""):  # saves parsing a long SAML message
        return ""
    try:
        return request.GET.get("lang", "")
    except SuspiciousOperation:  # too many parameters; the view reports it
        return ""
