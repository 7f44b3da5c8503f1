"""Unsolicited sign-in, which starts at Latchkey, without an AuthnRequest (Profiles 4.1.5).

It takes the same ladder and the same access policy as any other sign-in.
"""

from django.db.models import QuerySet

from idp.saml.errors import NothingToStart, UnknownServiceProvider
from idp.saml.models import ServiceProvider
from idp.saml.requests.pending import PendingRequest


def services() -> QuerySet[ServiceProvider]:
    """Return the service providers that can be opened from Latchkey, by name."""
    return ServiceProvider.objects.filter(enabled=True, unsolicited=True, consumers__isnull=False).distinct()


def service_of(slug: str) -> ServiceProvider:
    """Return the service provider with that slug. Raises NothingToStart if it cannot be opened from Latchkey."""
    try:
        sp = ServiceProvider.objects.get_enabled(slug)
    except UnknownServiceProvider:
        sp = None
    if sp is None or not sp.unsolicited or not sp.consumers.all():
        raise NothingToStart("no such service, or it may not be opened from here")
    return sp


def pending_request(sp: ServiceProvider, relay_state: str | None) -> PendingRequest:
    """Return where the Response goes: to the default ACS, in response to nothing."""
    return PendingRequest(None, sp.consumers.all()[0].url, relay_state)
