"""Sign-in that begins here: an answer to a question nobody asked (Profiles 4.1.5).

It climbs the same ladder and passes the same access policy; only the request is missing.
"""

from django.db.models import QuerySet

from idp.saml.errors import NothingToStart, UnknownServiceProvider
from idp.saml.models import ServiceProvider
from idp.saml.requests.pending import PendingRequest


def services() -> QuerySet[ServiceProvider]:
    """Return the service providers that may be opened from here, by name."""
    return ServiceProvider.objects.filter(enabled=True, unsolicited=True, consumers__isnull=False).distinct()


def service_of(slug: str) -> ServiceProvider:
    """Return the service provider of that slug, if it may be opened from here. Raises NothingToStart."""
    try:
        sp = ServiceProvider.objects.get_enabled(slug)
    except UnknownServiceProvider:
        sp = None
    if sp is None or not sp.unsolicited or not sp.consumers.all():
        raise NothingToStart("no such service, or it may not be opened from here")
    return sp


def asked(sp: ServiceProvider, relay_state: str | None) -> PendingRequest:
    """Return where the answer goes: the default ACS, with nothing that it responds to."""
    return PendingRequest(None, sp.consumers.all()[0].url, relay_state)
