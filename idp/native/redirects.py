"""Which redirect URIs an app may have (RFC 8252 section 7). Pure."""

import re
from urllib.parse import SplitResult, urlsplit

# RFC 3986 section 3.1. A private-use scheme is a reversed domain name, so it has a dot (RFC 8252 section 7.1).
SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?")  # the form that Content-Security-Policy accepts
VISIBLE = re.compile(r"[!-~]+")
LOOPBACK = ("127.0.0.1", "::1")
LONGEST = 300


def fault(uri: str) -> str | None:
    """Return why an app cannot have this redirect URI, or None if it can."""
    if not VISIBLE.fullmatch(uri) or len(uri) > LONGEST:
        return f"Give an address of up to {LONGEST} visible ASCII characters."
    parts = _parts(uri)
    if parts is None or parts.fragment or "#" in uri or "\\" in uri or "*" in uri:
        return "Give a whole address without #, * or \\."
    if parts.scheme == "https":
        return None if HOST.fullmatch(parts.netloc) else "Give a host, and no user before it."
    if parts.scheme == "http":
        return _loopback_fault(parts)
    return None if SCHEME.fullmatch(parts.scheme) else "Give https, or a scheme with a dot in it, such as com.acme.app."


def matches(registered: str, requested: str) -> bool:
    """Whether a requested redirect URI equals a registered one.

    Only the port of a loopback address may differ, since the system assigns it (RFC 8252 section 7.3).
    """
    if registered == requested:
        return True
    fixed, given = _parts(registered), _parts(requested)
    if fixed is None or given is None or not _is_loopback(fixed) or fault(requested):
        return False
    return fixed._replace(netloc="") == given._replace(netloc="") and fixed.hostname == given.hostname


def origin(uri: str) -> str:
    """Return the source expression for this address in a Content-Security-Policy: its origin, or an app's scheme."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"https", "http"} else f"{parts.scheme}:"


def _loopback_fault(parts: SplitResult) -> str | None:
    if not _is_loopback(parts) or "@" in parts.netloc:
        return "Plain http is for 127.0.0.1 and [::1] only."
    return None


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _parts(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - read for its fault
    except ValueError:
        return None
    return parts
