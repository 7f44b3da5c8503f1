"""Alarms about services' metadata: waiting changes, faults, and an expiry that is near."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from idp.saml.models import MetadataSource, ServiceProvider
from idp.saml.models.metadata_source import ValidUntil

WARNED_BEFORE = timedelta(days=7)


def sources() -> QuerySet[MetadataSource]:
    """Return the metadata sources of services that are switched on."""
    return MetadataSource.objects.filter(service_provider__enabled=True)


def alarms(now: datetime) -> Iterator[tuple[ServiceProvider, str]]:
    """Yield a service that is switched on, and a sentence for the operator, for each alarm."""
    for source in sources().select_related("service_provider").order_by("service_provider__name"):
        for sentence in _sentences(source, now):
            yield source.service_provider, sentence


def _sentences(source: MetadataSource, now: datetime) -> Iterator[str]:
    name, until = source.service_provider.name, source.valid_until
    if source.pending:
        yield f"{name} has published new metadata. Review the changes, then accept or reject them."
    if source.fault:
        yield f"The metadata of {name} could not be updated: {source.fault}"
    if until is None or source.valid_until_rule == ValidUntil.IGNORE or until > now + WARNED_BEFORE:
        return
    expires = "expired" if until <= now else "expires"
    yield f"The metadata of {name} {expires} on {until:%Y-%m-%d}. Sign-ins continue to work. Get a newer document."
