"""The reverse proxies: whether the headers that they add fit the settings. If not, every form fails."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.http import HttpRequest

from idp.conf import Conf
from idp.web.checkup.finding import Finding, fault, not_checked, ok, warning

SUBJECT = "proxies"
LONGEST_SHOWN = 200
SETTING = "LATCHKEY_TRUSTED_PROXIES"
PROTO_FIX = (
    "Configure the proxy that terminates HTTPS to set X-Forwarded-Proto to https, replacing what the browser sent."
)
FOR_FIX = "Configure each proxy to append to X-Forwarded-For."


@dataclass(frozen=True, slots=True)
class ProxyHeaders:
    """What the proxies added to a request.

    `forwarded_for` is in the order of the header: the nearest proxy comes last.
    """

    remote: str
    forwarded_for: tuple[str, ...]
    proto: str
    forwarded_host: str
    host: str

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Read a request. Each header is cut to `LONGEST_SHOWN` characters."""
        chain = request.headers.get("X-Forwarded-For", "")[:LONGEST_SHOWN]
        return cls(
            remote=request.META.get("REMOTE_ADDR", ""),
            forwarded_for=tuple(part.strip() for part in chain.split(",") if part.strip()),
            proto=request.headers.get("X-Forwarded-Proto", "")[:LONGEST_SHOWN].partition(",")[0].strip().lower(),
            forwarded_host=request.headers.get("X-Forwarded-Host", "")[:LONGEST_SHOWN],
            host=request.headers.get("Host", "")[:LONGEST_SHOWN],
        )


def check_locally(conf: Conf) -> list[Finding]:
    """Judge the setting alone, without a request."""
    where = f"Open {conf.base_url}/admin/checkup/ through the same proxies as agents: it shows what the proxies add."
    if conf.https and not conf.trusted_proxies:
        sentence = (
            f"The address is HTTPS and {SETTING} is 0: that is right only if this server itself terminates HTTPS."
        )
        return [warning(SUBJECT, sentence, f"Behind one proxy set {SETTING}=1. {where}")]
    if not conf.trusted_proxies:
        return [ok(SUBJECT, f"No proxy is expected, and {SETTING} is 0.")]
    sentence = f"Only a request that came through the {conf.trusted_proxies} expected proxies can show what they add."
    return [not_checked(SUBJECT, sentence, where)]


def judge(arrived: ProxyHeaders, conf: Conf) -> list[Finding]:
    """Judge a request's headers against the settings."""
    found = [_host(arrived, conf), _scheme(arrived, conf), _count(arrived, conf)]
    return [it for it in found if it] or [ok(SUBJECT, "What the proxies add to this request fits the settings.")]


def _host(arrived: ProxyHeaders, conf: Conf) -> Finding | None:
    ours = urlsplit(conf.base_url).netloc
    if arrived.host.lower() == ours.lower():
        return None
    sentence = f"This request came for {arrived.host or 'no host'}; ours is {ours}. Forms may fail."
    return warning(
        SUBJECT, sentence, f"Open {conf.base_url} itself; if you did, configure the proxy to forward Host unchanged."
    )


def _scheme(arrived: ProxyHeaders, conf: Conf) -> Finding | None:
    if not conf.https:
        return None
    if conf.trusted_proxies:
        return None if arrived.proto == "https" else fault(SUBJECT, _not_https(arrived.proto), PROTO_FIX)
    if not arrived.proto:
        return None
    sentence = f"A proxy terminates HTTPS, but {SETTING} is 0: every form fails, every address is the proxy's."
    return fault(SUBJECT, sentence, f"Set {SETTING}={max(1, len(arrived.forwarded_for))} and restart.")


def _not_https(proto: str) -> str:
    how = "says that the browser came by plain HTTP" if proto else "does not say that the browser came by HTTPS"
    return f"The proxy {how}, so every form fails."


def _count(arrived: ProxyHeaders, conf: Conf) -> Finding | None:
    seen, expected = len(arrived.forwarded_for), conf.trusted_proxies
    if seen == expected or (not expected and conf.https and arrived.proto):  # `_scheme` reports the latter
        return None
    sentence = f"X-Forwarded-For holds {_addresses(seen)}, and {SETTING} is {expected}."
    if seen < expected:
        fix = f"{FOR_FIX} Or, if there are fewer, set {SETTING}={seen} and restart." if seen else FOR_FIX
        return fault(SUBJECT, f"{sentence} Addresses in the trail and in the limits are wrong.", fix)
    fix = f"If all are proxies of yours, set {SETTING}={seen} and restart; if your browser sent one, change nothing."
    return warning(SUBJECT, sentence, fix)


def _addresses(count: int) -> str:
    return {0: "no address", 1: "1 address"}.get(count, f"{count} addresses")
