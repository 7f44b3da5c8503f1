"""This installation as passkeys know it, from its base URL and never from a request."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from idp.passkeys.verification import RelyingParty

USUAL_PORTS = {"https": 443, "http": 80}


def from_settings() -> RelyingParty | None:
    """Return who we are to passkeys, or None where there can be none: they are bound to a name, not to a number."""
    parts = urlsplit(settings.LATCHKEY.base_url)
    host = settings.LATCHKEY.host
    if _is_a_number(host):
        return None
    port = "" if parts.port in (None, USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{port}", settings.LATCHKEY.organisation)


def _is_a_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
