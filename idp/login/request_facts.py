"""What a request presents to the login: cookies or a token, user agent, address. All of it is only a claim."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from idp import reference
from idp.agents.devices import Browser
from idp.agents.models import Kind
from idp.audit.events import Origin
from idp.login import cookies
from idp.policies import user_agents
from idp.policies.user_agents import UserAgent
from idp.policies.user_agents.client_hints import ClientHints, doubted
from idp.policies.user_agents.words import describe
from idp.values import value

NO_HINTS = ClientHints()


@value
class RequestFacts:
    """The credentials of a request, and what its browser or app says about itself.

    - `touch_points` is what the script of the login page counted, or None if it did not report.
    - `hints` are the client hints. Only the access policy uses them; the header tells which device this is.
    - `client` is the ID of an app, which presents nothing but its token.
    """

    device_secret: str | None
    token: str | None
    session_secret: str | None
    user_agent: UserAgent
    touch_points: int | None
    origin: Origin
    hints: ClientHints = NO_HINTS
    client: str = ""
    loan_secret: str | None = None

    @property
    def may_name_a_device(self) -> bool:
        """Whether the request presents a credential that may name a device."""
        return bool(self.device_secret or self.token or self.loan_secret)

    @property
    def judged_agent(self) -> UserAgent:
        """The user agent as the access policy judges it."""
        return doubted(self.user_agent, self.hints)

    @property
    def family(self) -> str:
        """The platform family of the browser."""
        return user_agents.family(user_agents.with_touch_points(self.user_agent, self.touch_points))

    @property
    def browser(self) -> Browser:
        """The browser as a device row describes it. Anything unrecognised is a computer."""
        seen = user_agents.with_touch_points(self.user_agent, self.touch_points)
        kind = Kind.MOBILE if user_agents.is_mobile(seen) else Kind.DESKTOP
        return Browser(kind, describe(seen)[:100], user_agents.family(seen), self.touch_points)


def of_browser(request: HttpRequest, touch_points: int | None = None) -> RequestFacts:
    """Return what a browser's request presents."""
    said = request.META.get
    parsed = user_agents.parse(said("HTTP_USER_AGENT", ""))
    return RequestFacts(
        device_secret=request.COOKIES.get(cookies.name("device")),
        token=request.COOKIES.get(cookies.name("token")),
        session_secret=request.COOKIES.get(cookies.name("session")),
        user_agent=parsed,
        touch_points=touch_points,
        origin=Origin(address_of(request), parsed.text, reference.current()),
        loan_secret=request.COOKIES.get(cookies.name("loan")),
        hints=ClientHints(said("HTTP_SEC_CH_UA_PLATFORM", ""), said("HTTP_SEC_CH_UA_MOBILE", "")),
    )


def of_app(request: HttpRequest, client: str, token: str | None = None) -> RequestFacts:
    """Return what an app's request presents: the token from its body, and no cookies."""
    parsed = user_agents.parse(request.META.get("HTTP_USER_AGENT", ""))
    return RequestFacts(
        device_secret=None,
        token=token,
        session_secret=None,
        user_agent=parsed,
        touch_points=None,
        origin=Origin(address_of(request), parsed.text, reference.current()),
        client=client,
    )


def origin_of(request: HttpRequest) -> Origin:
    """Return what the trail records about where a request came from."""
    return Origin(
        address_of(request), user_agents.parse(request.META.get("HTTP_USER_AGENT", "")).text, reference.current()
    )


def looks_ahead(request: HttpRequest) -> bool:
    """Whether a browser prefetches the page (Fetch section 2.2.5, and the headers of older browsers)."""
    purposes = (request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(it.startswith(("prefetch", "preview")) for it in purposes)


def address_of(request: HttpRequest) -> str | None:
    """Return the IP address that a request came from, or None if it is unreadable.

    If `LATCHKEY_TRUSTED_PROXIES` is n, this is the n-th entry from the end of X-Forwarded-For, because anyone can write
    the earlier ones. If it is 0, or that entry is missing or unreadable, it is the address of the peer.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    hops = settings.LATCHKEY.trusted_proxies
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hops else []
    claimed = forwarded[-hops].strip() if 0 < hops <= len(forwarded) else nearest
    return _readable(claimed) or _readable(nearest)


@lru_cache(maxsize=1024)
def _readable(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))  # a zone has no meaning on another host
    except ValueError:
        return None
