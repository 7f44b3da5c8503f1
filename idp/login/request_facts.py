"""What a request brings along to the login: cookies, user agent, address. All of it is a claim."""

import ipaddress
from dataclasses import dataclass
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

NO_HINTS = ClientHints()


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """One request's proofs, if it has any, and what its browser says of itself.

    `touch_points` is what script on the login page counted, or None where nobody told. The client hints are for
    the access policy alone; which device this is, the header says. An app (`client`) shows its token alone.
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
        """Whether it shows anything that may name a device of ours."""
        return bool(self.device_secret or self.token or self.loan_secret)

    @property
    def judged_agent(self) -> UserAgent:
        """The browser as the access policy judges it."""
        return doubted(self.user_agent, self.hints)

    @property
    def family(self) -> str:
        """The platform family of the browser."""
        return user_agents.family(user_agents.with_touch_points(self.user_agent, self.touch_points))

    @property
    def browser(self) -> Browser:
        """The browser as a device row describes it. What cannot be told is a computer."""
        seen = user_agents.with_touch_points(self.user_agent, self.touch_points)
        kind = Kind.MOBILE if user_agents.is_mobile(seen) else Kind.DESKTOP
        return Browser(kind, describe(seen)[:100], user_agents.family(seen), self.touch_points)


def of_browser(request: HttpRequest, touch_points: int | None = None) -> RequestFacts:
    """Read what a request brings."""
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
    """Read what a request of an app brings: its token stands in the body, and cookies mean nothing."""
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
    """Return what a line of the trail keeps of a request: address, user agent and reference."""
    return Origin(
        address_of(request), user_agents.parse(request.META.get("HTTP_USER_AGENT", "")).text, reference.current()
    )


def address_of(request: HttpRequest) -> str | None:
    """Return the address that a request came from, None for none that reads.

    Counted back through as many proxies as are ours; what lies beyond them anybody may have written.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    hops = settings.LATCHKEY.trusted_proxies
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hops else []
    claimed = forwarded[-hops].strip() if 0 < hops <= len(forwarded) else nearest
    return _readable(claimed) or _readable(nearest)


@lru_cache(maxsize=1024)
def _readable(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))  # a zone means nothing outside its host
    except ValueError:
        return None
