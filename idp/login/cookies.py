"""The cookies of the login: their names, lifetimes and attributes."""

import re
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from idp.tokens.rotation import LIFETIME as TOKEN_LIFETIME
from idp.values import value

DEVICE_LIFETIME = timedelta(days=400)
FLOW_LIFETIME = timedelta(minutes=20)
NO_PASSKEY_LIFETIME = timedelta(days=30)
LOAN_LIFETIME = timedelta(minutes=5)
LANGUAGE_LIFETIME = timedelta(days=400)
MOST_FLOWS = 20
"""Logins that a browser may have open. Each has a cookie, and more than 80 cookies are longer than servers accept."""
OF_AGENT = ".agent"
"""Ends the value of a language that came from the agent's profile, not from a choice in this browser."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@value
class CookieChanges:
    """The cookies that a sign-in sets. None leaves a cookie as it is; `void` names those to delete.

    `renews_device` extends the device cookie by another 400 days. `language` is the agent's own, or empty. It is set
    only at a sign-in, so that nobody learns an agent's language by typing their number.
    """

    device_secret: str | None = None
    renews_device: bool = True
    token: str | None = None
    session_secret: str | None = None
    session_lifetime: timedelta = timedelta(0)
    void: tuple[str, ...] = ()
    language: str | None = None


def name(kind: str) -> str:
    """Return a cookie's name. Under HTTPS the prefix `__Host-` binds it to this host."""
    return f"{settings.COOKIE_PREFIX}latchkey-{kind}"


def write(response: HttpResponse, request: HttpRequest, changes: CookieChanges) -> None:
    """Set the cookies of a sign-in. The device cookie keeps its secret if only its lifetime is extended."""
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


def forget_old_flows(response: HttpResponse, request: HttpRequest, flow: UUID) -> None:
    """Delete the cookies of the oldest flows if a browser has too many. Browsers send the oldest first.

    Otherwise a page that begins one login after another, by mistake or on purpose, would keep the browser out of every
    page for 20 minutes. Source: RFC 6265 section 5.4.
    """
    others = [it for it in request.COOKIES if _names_flow(it) and it != name(f"flow-{flow}")]
    for oldest in others[: 1 - MOST_FLOWS]:
        _set(response, oldest, "", timedelta(0))


def write_loan(response: HttpResponse, secret: str) -> None:
    """Give the browser a loan."""
    _set(response, name("loan"), secret, LOAN_LIFETIME)


def flow_secret(request: HttpRequest, flow: UUID) -> str | None:
    """Return the secret that this browser holds for a flow."""
    return request.COOKIES.get(name(f"flow-{flow}"))


def write_no_passkey(response: HttpResponse) -> None:
    """Do not offer a passkey in this browser for the next 30 days."""
    _set(response, name("no-passkey"), "1", NO_PASSKEY_LIFETIME)


def wants_no_passkey(request: HttpRequest) -> bool:
    """Whether this browser is not to be offered a passkey."""
    return name("no-passkey") in request.COOKIES


def language(request: HttpRequest) -> str:
    """Return the language that this browser keeps, or an empty string. Anyone may have written it."""
    return request.COOKIES.get(name("language"), "").removesuffix(OF_AGENT)


def write_language(response: HttpResponse, code: str) -> None:
    """Keep the language that somebody chose in this browser. It takes precedence over the agent's own."""
    _set(response, name("language"), code, LANGUAGE_LIFETIME)


def _names_flow(cookie: str) -> bool:
    """Whether a cookie has the name of a flow's, which Latchkey alone gives; anyone may have sent any other."""
    begins = name("flow-")
    return cookie.startswith(begins) and _UUID.fullmatch(cookie, len(begins)) is not None


def _follow_agent(response: HttpResponse, request: HttpRequest, code: str) -> None:
    """Keep the language of the agent who signed in, unless one was chosen in this browser.

    If this agent has none, the language of the previous agent is deleted.
    """
    kept = request.COOKIES.get(name("language"), "")
    if kept and not kept.endswith(OF_AGENT):
        return
    if code:
        _set(response, name("language"), f"{code}{OF_AGENT}", LANGUAGE_LIFETIME)
    elif kept:
        _set(response, name("language"), "", timedelta(0))


def _set(response: HttpResponse, cookie: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(cookie, value, max_age=lifetime, secure=settings.LATCHKEY.https, httponly=True, samesite="Lax")
