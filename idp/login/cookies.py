"""The cookies of the login: their names, their lives, and how they are written."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from idp.tokens.rotation import LIFETIME as TOKEN_LIFETIME

DEVICE_LIFETIME = timedelta(days=400)
FLOW_LIFETIME = timedelta(minutes=20)
NO_PASSKEY_LIFETIME = timedelta(days=30)
LOAN_LIFETIME = timedelta(minutes=5)
LANGUAGE_LIFETIME = timedelta(days=400)
OF_AGENT = ".agent"
"""Ends the value of a language that nobody chose in this browser."""


@dataclass(frozen=True, slots=True)
class CookieChanges:
    """What a sign-in gives the browser. Whatever is None stays as the browser has it; `void` is taken away.

    `renews_device` gives the device's cookie another 400 days. `language` is the agent's own, or empty. It is given
    here and nowhere else, so that nobody learns anybody's language by naming them.
    """

    device_secret: str | None = None
    renews_device: bool = True
    token: str | None = None
    session_secret: str | None = None
    session_lifetime: timedelta = timedelta(0)
    void: tuple[str, ...] = ()
    language: str | None = None


def name(kind: str) -> str:
    """Return a cookie's name. On HTTPS the prefix binds it to this host alone."""
    return f"{settings.COOKIE_PREFIX}latchkey-{kind}"


def write(response: HttpResponse, request: HttpRequest, changes: CookieChanges) -> None:
    """Give the browser what a sign-in yielded; the device cookie's secret is echoed to renew its life."""
    device = changes.device_secret or (request.COOKIES.get(name("device")) if changes.renews_device else None)
    if device:
        _set(response, name("device"), device, DEVICE_LIFETIME)
    if changes.token:
        _set(response, name("token"), changes.token, TOKEN_LIFETIME)
    if changes.session_secret:
        _set(response, name("session"), changes.session_secret, changes.session_lifetime)
    for kind in changes.void:
        _set(response, name(kind), "", timedelta(0))
    if changes.language is not None:
        _follow_agent(response, request, changes.language)


def write_flow(response: HttpResponse, flow: UUID, secret: str) -> None:
    """Bind a flow to this browser."""
    _set(response, name(f"flow-{flow}"), secret, FLOW_LIFETIME)


def write_loan(response: HttpResponse, secret: str) -> None:
    """Give the browser a loan for one sign-in."""
    _set(response, name("loan"), secret, LOAN_LIFETIME)


def flow_secret(request: HttpRequest, flow: UUID) -> str | None:
    """Return the secret this browser holds for a flow."""
    return request.COOKIES.get(name(f"flow-{flow}"))


def write_no_passkey(response: HttpResponse) -> None:
    """Remember for a while that nobody wants to be offered a passkey in this browser."""
    _set(response, name("no-passkey"), "1", NO_PASSKEY_LIFETIME)


def wants_no_passkey(request: HttpRequest) -> bool:
    """Whether the browser remembers that."""
    return name("no-passkey") in request.COOKIES


def language(request: HttpRequest) -> str:
    """Return the language that this browser keeps, or an empty string. Anybody may have written it."""
    return request.COOKIES.get(name("language"), "").removesuffix(OF_AGENT)


def write_language(response: HttpResponse, code: str) -> None:
    """Keep the language that somebody chose in this browser. It comes before the agent's own."""
    _set(response, name("language"), code, LANGUAGE_LIFETIME)


def _follow_agent(response: HttpResponse, request: HttpRequest, code: str) -> None:
    """Keep the language of whoever signed in, unless one was chosen here; the one of whoever was here before goes."""
    kept = request.COOKIES.get(name("language"), "")
    if kept and not kept.endswith(OF_AGENT):
        return
    if code:
        _set(response, name("language"), f"{code}{OF_AGENT}", LANGUAGE_LIFETIME)
    elif kept:
        _set(response, name("language"), "", timedelta(0))


def _set(response: HttpResponse, cookie: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(cookie, value, max_age=lifetime, secure=settings.LATCHKEY.https, httponly=True, samesite="Lax")
