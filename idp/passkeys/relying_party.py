"""This installation as a WebAuthn relying party. It comes from the base URL, never from a request."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from idp.passkeys.verification import RelyingParty

USUAL_PORTS = {"https": 443, "http": 80}


def from_settings() -> RelyingParty | None:
    """Return the relying party. None if there can be none: passkeys need a host name, not an IP address."""
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
