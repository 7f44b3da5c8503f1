"""Registers a Flex connection from the request that it sent.

A recorded request is not trusted. Only an address without a fault in `flex.review` can be adopted. So nobody can send a
made-up request to have Responses sent outside Twilio.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from idp.saml.connecting.registration import Draft, register
from idp.saml.errors import UnknownServiceProvider, UnregisteredAcs
from idp.saml.models import AssertionConsumer, HeardRequest, ServiceProvider
from idp.saml.profiles import flex
from idp.saml.profiles.flex import FlexAddress

ADOPTABLE = (UnknownServiceProvider.code, UnregisteredAcs.code)
GONE = "This request can no longer be adopted: it was forgotten, or is connected already."


@dataclass(frozen=True, slots=True)
class Offer:
    """What adopting a request would do: register a service, or add an ACS to the one with that name."""

    address: FlexAddress
    service: ServiceProvider | None
    warnings: tuple[str, ...]

    @property
    def flex_id(self) -> str:
        """The connection or account to compare with the Console."""
        return flex.account_id(self.address)


def offer(request: HeardRequest, service: ServiceProvider | None) -> Offer | None:
    """Return what adopting would do, or None if it is not possible. `service` is the issuer's, if it is registered."""
    address = _address(request)
    if address is None or request.outcome not in ADOPTABLE or (service and not service.enabled):
        return None
    if service and any(it.url == address.acs_url for it in service.consumers.all()):
        return None
    return Offer(address, service, flex.review(address).warnings)


@transaction.atomic
def adopt(request_pk: int) -> ServiceProvider:
    """Carry out an offer. Raises ValidationError with a sentence, and then changes nothing."""
    request = HeardRequest.objects.filter(pk=request_pk).first()
    service = ServiceProvider.objects.filter(entity_id=request.issuer).first() if request else None
    offered = offer(request, service) if request else None
    if offered is None:
        raise ValidationError(GONE)
    if offered.service is None:
        slug, name = flex.suggest(offered.address.profile, taken_slugs())
        return register(Draft.of_flex(offered.address), slug=slug, name=name)
    _add(offered.service, offered.address.acs_url)
    return offered.service


def taken_slugs() -> set[str]:
    """Return the short names that are in use."""
    return set(ServiceProvider.objects.values_list("slug", flat=True))


def fault(request: HeardRequest) -> str:
    """Return why a request that was refused in the name of a Flex cannot be adopted: its address is none of Twilio."""
    address = _named(request) if request.outcome in ADOPTABLE else None
    return flex.review(address).fault if address else ""


def _named(request: HeardRequest) -> FlexAddress | None:
    known = flex.derive(request.issuer)
    return FlexAddress(known.profile, request.issuer, request.acs_url or known.acs_url) if known else None


def _address(request: HeardRequest) -> FlexAddress | None:
    address = _named(request)
    return None if address is None or flex.review(address).fault else address


def _add(service: ServiceProvider, acs_url: str) -> None:
    """Add an ACS. The default ACS stays the default."""
    used = {it.index for it in service.consumers.all()}
    row = AssertionConsumer(
        service_provider=service,
        url=acs_url,
        index=next(it for it in range(len(used) + 1) if it not in used),
        is_default=not used,
    )
    row.full_clean()
    row.save()
