"""Sign-in that begins here: an answer to a question nobody asked (Profiles 4.1.5).

It climbs the same ladder and passes the same access policy; only the request is missing.
"""

from idp.saml.asked import Asked
from idp.saml.errors import NothingToStart
from idp.saml.models import ServiceProvider


def service_of(slug: str) -> ServiceProvider:
    """Return the service provider that may be opened from here. Raises NothingToStart."""
    found = ServiceProvider.objects.filter(slug=slug, enabled=True, unsolicited=True)
    sp = found.select_related("timeout_policy").prefetch_related("consumers", "released").first()
    if sp is None or not sp.consumers.all():
        raise NothingToStart("no such service, or it may not be opened from here")
    return sp


def asked(sp: ServiceProvider, relay_state: str | None) -> Asked:
    """Return where the answer goes: the default ACS, with nothing that it responds to."""
    return Asked(None, sp.consumers.all()[0].url, relay_state)
