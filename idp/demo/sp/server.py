"""The HTTP server of the demo SP, on a port of this computer."""

import json
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import requests

from idp.demo.loopback import LoopbackServer
from idp.demo.sp import pages
from idp.demo.sp.flavours import FLAVOURS, Flavour
from idp.demo.sp.signing_in import ServiceProvider, SignedIn
from idp.demo.sp.signing_out import NotAccepted, Unreadable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOST_BYTES = 1_000_000
HTML = "text/html; charset=utf-8"
METADATA = "application/samlmetadata+xml"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: str
    body: str = ""
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()


View = Callable[[Flavour, Any], Answer]


class DemoSp(LoopbackServer):
    """A running demo SP, which trusts the IdP at `idp_url`."""

    def __init__(self, idp_url: str, port: int = 0) -> None:
        provider = ServiceProvider(idp_url)
        super().__init__(_Application(provider), port)
        provider.url = self.url


class _Application:
    def __init__(self, provider: ServiceProvider) -> None:
        self.provider = provider
        self.sessions: dict[str, SignedIn] = {}
        self.lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = self._answer(environ)
        body = answer.body.encode()
        start_response(
            answer.status,
            [
                ("Content-Type", answer.content_type),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                *answer.headers,
            ],
        )
        return [body]

    def _answer(self, environ: "WSGIEnvironment") -> Answer:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        for flavour in FLAVOURS:
            views = self._views(flavour).get(path, {})
            if view := views.get(method):
                return self._answered_by(view, flavour, environ)
            if views:
                allow = ", ".join(views)
                why = f"This address takes {allow} only."
                return Answer("405 Method Not Allowed", pages.nothing(why), headers=(("Allow", allow),))
        return Answer("404 Not Found", pages.nothing("There is nothing at this address."))

    def _views(self, flavour: Flavour) -> dict[str, dict[str, View]]:
        """Return what answers at each path of a flavour, by method."""
        views: dict[str, dict[str, View]] = {
            flavour.home: {"GET": self._home},
            f"{flavour.home}sign-in": {"GET": self._sign_in},
            f"{flavour.home}session.json": {"GET": self._session_json},
            f"{flavour.home}sign-out": {"POST": self._sign_out},
            flavour.acs_path: {"POST": self._take_response},
        }
        if flavour.has_key:
            views[flavour.metadata_path] = {"GET": self._metadata}
            views[flavour.slo_path] = {"GET": self._take_logout}
        return views

    def _answered_by(self, view: View, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        try:
            return view(flavour, environ)
        except NotAccepted as why:
            what = "Sign-out" if environ["PATH_INFO"] == flavour.slo_path else "Sign-in"
            return Answer(why.status, pages.not_accepted(flavour, str(why), what=what))
        except requests.RequestException as error:
            return Answer("502 Bad Gateway", pages.unreached(flavour, self.provider.idp_url, type(error).__name__))

    def _home(self, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        known = self._known(flavour, environ)
        return Answer("200 OK", pages.signed_in(flavour, known) if known else pages.signed_out(flavour))

    def _metadata(self, flavour: Flavour, _: "WSGIEnvironment") -> Answer:
        return Answer("200 OK", self.provider.metadata(flavour), METADATA)

    def _session_json(self, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        body = json.dumps(pages.as_json(self._known(flavour, environ)), indent=2)
        return Answer("200 OK", body, "application/json")

    def _sign_in(self, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        relay_state = query.get("relay_state", flavour.relay_state)
        wishes = {wish: query.get(wish) == "1" for wish in ("force_authn", "is_passive")}
        if query.get("binding") == "post":
            address, request = self.provider.ask_by_post(flavour, **wishes)
            return Answer("200 OK", pages.post_request(flavour, address, request, relay_state))
        return _redirect(self.provider.ask_by_redirect(flavour, relay_state, **wishes))

    def _take_response(self, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        known = self.provider.take(flavour, _form(environ))
        secret = secrets.token_urlsafe(24)
        with self.lock:
            self.sessions[secret] = known
        cookie = f"{_cookie(flavour)}={secret}; Path=/; HttpOnly; SameSite=Lax"
        return _redirect(flavour.home, ("Set-Cookie", cookie))

    def _sign_out(self, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        with self.lock:
            known = self.sessions.pop(_secret(flavour, environ), None)
        further = self.provider.sign_out(flavour, known) if known and flavour.has_key else None
        return _redirect(further or flavour.home)

    def _take_logout(self, flavour: Flavour, environ: "WSGIEnvironment") -> Answer:
        ended = self.provider.take_logout(flavour, environ.get("QUERY_STRING", ""))
        if ended is None:
            return Answer("200 OK", pages.signed_out(flavour, "You are signed out here and at the identity provider"))
        with self.lock:
            for secret, known in list(self.sessions.items()):
                if known.flavour == flavour.slug and ended.covers(known.name_id, known.session_index):
                    del self.sessions[secret]
        return _redirect(ended.go_on)

    def _known(self, flavour: Flavour, environ: "WSGIEnvironment") -> SignedIn | None:
        with self.lock:
            return self.sessions.get(_secret(flavour, environ))


def _form(environ: "WSGIEnvironment") -> dict[str, str]:
    """Return the fields of a posted form. Raises Unreadable."""
    try:
        length = min(int(environ.get("CONTENT_LENGTH") or 0), MOST_BYTES)
        return dict(parse_qsl(environ["wsgi.input"].read(length).decode(), keep_blank_values=True))
    except ValueError as error:
        raise Unreadable(f"the form cannot be read: {error}") from error


def _redirect(address: str, *headers: tuple[str, str]) -> Answer:
    return Answer("303 See Other", headers=(("Location", address), *headers))


def _cookie(flavour: Flavour) -> str:
    return f"demo-{flavour.slug}"


def _secret(flavour: Flavour, environ: "WSGIEnvironment") -> str:
    morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(_cookie(flavour))
    return morsel.value if morsel else ""
