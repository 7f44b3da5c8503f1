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


@dataclass(frozen=True, slots=True)
class Handover:
    """What a sign-in gives the browser. Whatever is None stays as the browser has it; `void` is taken away."""

    device_secret: str | None = None
    token: str | None = None
    session_secret: str | None = None
    session_lifetime: timedelta = timedelta(0)
    void: tuple[str, ...] = ()


def name(kind: str) -> str:
    """Return a cookie's name. On HTTPS the prefix binds it to this host alone."""
    return f"{settings.COOKIE_PREFIX}latchkey-{kind}"


def write(response: HttpResponse, request: HttpRequest, handover: Handover) -> None:
    """Give the browser what a sign-in yielded; the device cookie's secret is echoed to renew its life."""
    device = handover.device_secret or request.COOKIES.get(name("device"))
    if device:
        _set(response, name("device"), device, DEVICE_LIFETIME)
    if handover.token:
        _set(response, name("token"), handover.token, TOKEN_LIFETIME)
    if handover.session_secret:
        _set(response, name("session"), handover.session_secret, handover.session_lifetime)
    for kind in handover.void:
        _set(response, name(kind), "", timedelta(0))


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


def _set(response: HttpResponse, cookie: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(cookie, value, max_age=lifetime, secure=settings.LATCHKEY.https, httponly=True, samesite="Lax")
