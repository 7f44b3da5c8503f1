"""Alarms about services' metadata: waiting changes, faults, and an expiry that is near."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from idp.saml.models import MetadataSource, ServiceProvider
from idp.saml.models.metadata_source import ValidUntil

WARNED_BEFORE = timedelta(days=7)


def sources() -> QuerySet[MetadataSource]:
    """Return where the metadata of services in use come from."""
    return MetadataSource.objects.filter(service_provider__enabled=True)


def alarms(now: datetime) -> Iterator[tuple[ServiceProvider, str]]:
    """Yield each service in use with a sentence."""
    for source in sources().select_related("service_provider").order_by("service_provider__name"):
        for sentence in _sentences(source, now):
            yield source.service_provider, sentence


def _sentences(source: MetadataSource, now: datetime) -> Iterator[str]:
    name, until = source.service_provider.name, source.valid_until
    if source.pending:
        yield f"{name} has published other metadata. Look at the changes, and accept or reject them."
    if source.fault:
        yield f"The metadata of {name} could not be read again: {source.fault}"
    if until is None or source.valid_until_rule == ValidUntil.IGNORE or until > now + WARNED_BEFORE:
        return
    ends = "ended" if until <= now else "ends"
    yield f"The metadata of {name} {ends} on {until:%Y-%m-%d}. Sign-ins go on; get a newer document."
