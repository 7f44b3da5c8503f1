"""Refreshes services' metadata: fetches and verifies it, and applies its changes or keeps them for an operator.

Nothing is fetched inside a transaction. A fetched document counts only if its source has not changed in the meantime.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from idp.errors import IdpError
from idp.keys import certificates
from idp.saml.connecting import registration
from idp.saml.errors import UnreadableMetadata
from idp.saml.metadata import fetch as metadata_fetch
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.errors import UnfetchedMetadata, UntakenMetadata, UntrustedMetadata
from idp.saml.metadata.sp_description import SpDescription
from idp.saml.metadata.trust import Demands
from idp.saml.metadata_updates import changes as metadata_changes
from idp.saml.metadata_updates.changes import Change
from idp.saml.models import MetadataSource, ServiceProvider
from idp.saml.models.metadata_source import TakeOver

LONGEST_FAULT = 500
FAULTS = (UnfetchedMetadata, UnreadableMetadata, UntrustedMetadata, UntakenMetadata)
Fetch = Callable[[str], bytes]


class Outcome(StrEnum):
    """The outcome for a document."""

    SAME = "nothing changed"
    TAKEN = "changes taken"
    WAITS = "changes wait for an operator"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The result for one source: the changes, or a sentence that says why there are none."""

    outcome: Outcome
    changes: tuple[Change, ...] = ()
    fault: str = ""


def fetch(url: str) -> bytes:
    """Fetch a document, if the settings allow its address. Raises UnfetchedMetadata."""
    return metadata_fetch.fetch(url, networks=settings.LATCHKEY.networks)


def demands_of(source: MetadataSource) -> Demands:
    """Return the demands on a document of this source."""
    return Demands(
        source.signing_certificate, source.valid_until_rule, source.longest_days, settings.LATCHKEY.clock_skew
    )


def sentence_of(error: IdpError) -> str:
    """Return what is wrong with a document, in one sentence for an operator."""
    if isinstance(error, UnreadableMetadata) and error.detail:
        return f"This metadata cannot be used: {error.detail}."
    return error.sentence


def one_certificate(text: str) -> str:
    """Turn the certificate that a document is signed with into plain PEM. An empty text stays empty.

    Raises ValidationError with a sentence.
    """
    if not text.strip():
        return ""
    pem = registration.normal_certificates(text)
    if len(certificates.split(pem)) != 1:
        raise ValidationError("Paste one certificate: the one that the metadata is signed with.")
    return pem


@transaction.atomic
def register(described: SpDescription, source: MetadataSource, now: datetime, **wanted: str) -> ServiceProvider:
    """Add a service from its document, and store where the document came from.

    Raises ValidationError with sentences, and then adds nothing.
    """
    sp = registration.register(registration.Draft.of_metadata(described), **wanted)
    source.service_provider = sp
    source.valid_until = described.valid_until
    source.fetched_at = source.taken_at = now
    source.full_clean()
    source.save()
    return sp


def refresh(source: MetadataSource, now: datetime, *, dry_run: bool = False, get: Fetch = fetch) -> Refreshed:
    """Fetch a source's document again, and apply its changes or keep them for an operator.

    A fault is stored in the source's `fault` and returned, never raised.
    """
    try:
        xml = get(source.url)
        described = metadata_trust.read(xml, demands_of(source), now)
        changes = tuple(metadata_changes.between(source.service_provider, described))
        if dry_run:
            return Refreshed(_outlook(source, changes), changes)
        return _keep(source, xml, described, now)
    except FAULTS as error:
        fault = sentence_of(error)[:LONGEST_FAULT]
    if not dry_run:
        MetadataSource.objects.filter(pk=source.pk, url=source.url).update(fault=fault)
    return Refreshed(Outcome.FAILED, fault=fault)


def offer(source: MetadataSource, xml: bytes, now: datetime) -> Refreshed:
    """Compare a document from an operator with the service. Its changes wait until somebody applies them.

    Raises UnreadableMetadata, UntrustedMetadata or UntakenMetadata.
    """
    described = metadata_trust.read(xml, demands_of(source), now)
    return _keep(source, xml, described, now, ask=True)


def pending(source: MetadataSource, now: datetime) -> list[Change]:
    """Return the waiting changes. Raises one of FAULTS if the stored document is no longer trusted."""
    if not source.pending:
        return []
    described = metadata_trust.read(source.pending.encode(), demands_of(source), now)
    return metadata_changes.between(source.service_provider, described)


@transaction.atomic
def take_pending(source: MetadataSource, shown: str, now: datetime) -> list[Change]:
    """Apply the waiting changes, if they are still those that the page showed. Raises one of FAULTS."""
    source = MetadataSource.objects.select_for_update().get(pk=source.pk)
    described = metadata_trust.read(source.pending.encode(), demands_of(source), now)
    if mark(metadata_changes.between(source.service_provider, described)) != shown:
        raise UntakenMetadata("other changes than shown", sentence="The changes are others by now. Look at them again.")
    changes = metadata_changes.take(source.service_provider, described)
    _in_force(source, described, now, taken=True)
    return changes


def leave_pending(source: MetadataSource, now: datetime) -> None:
    """Reject the waiting changes. The same changes are not offered again, others are."""
    with transaction.atomic():
        source = MetadataSource.objects.select_for_update().get(pk=source.pk)
        try:
            source.left_alone = mark(pending(source, now))
        except FAULTS:
            source.left_alone = ""
        source.pending = ""
        source.save()


def mark(changes: list[Change] | tuple[Change, ...]) -> str:
    """Return a short fingerprint of changes."""
    text = "\n".join(f"{it.what}|{sorted(it.before)}|{sorted(it.after)}" for it in changes)
    return hashlib.sha256(text.encode()).hexdigest()


def _outlook(source: MetadataSource, changes: tuple[Change, ...]) -> Outcome:
    if not changes or mark(changes) == source.left_alone:
        return Outcome.SAME
    return Outcome.TAKEN if source.take_over == TakeOver.SIGNED else Outcome.WAITS


@transaction.atomic
def _keep(
    fetched: MetadataSource, xml: bytes, described: SpDescription, now: datetime, *, ask: bool = False
) -> Refreshed:
    """Record the outcome of a trusted document under a lock, so that two runs at once count as one."""
    source = MetadataSource.objects.select_for_update().get(pk=fetched.pk)
    if (source.url, demands_of(source)) != (fetched.url, demands_of(fetched)):
        raise UntakenMetadata("source changed", sentence="The settings of this source were changed meanwhile.")
    source.fetched_at, source.fault = now, ""
    sp = ServiceProvider.objects.get(pk=source.service_provider_id)
    changes = tuple(metadata_changes.between(sp, described))
    outcome = Outcome.WAITS if changes and ask else _outlook(source, changes)
    if outcome == Outcome.WAITS:
        source.pending = xml.decode()
        source.save()
        return Refreshed(outcome, changes)
    if outcome == Outcome.TAKEN:
        metadata_changes.take(sp, described)
    _in_force(source, described, now, taken=outcome == Outcome.TAKEN)
    return Refreshed(outcome, changes)


def _in_force(source: MetadataSource, described: SpDescription, now: datetime, *, taken: bool) -> None:
    """Record that the service is as this document says, apart from changes that its operator rejected."""
    source.pending = ""
    source.valid_until = described.valid_until
    if taken:
        source.taken_at, source.left_alone = now, ""
    source.save()
