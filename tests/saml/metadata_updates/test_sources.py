"""Metadata fetched again: judged, taken or kept for an operator, and never half."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.errors import UnfetchedMetadata, UntakenMetadata
from idp.saml.metadata_updates import alarms as metadata_alarms
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.metadata_updates.sources import Outcome
from idp.saml.models import MetadataSource, ServiceProvider
from tests.conftest import NOW
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import ACS, acs, an_entity, key, signed

URL = "https://app.example.org/metadata"
PUBLISHER = a_pair("publisher").certificate
OLD, NEW = an_entity(acs()), an_entity(acs(f"{ACS}/new"))


def a_source(xml=OLD, **fields):
    """A service that was registered from a document."""
    source = MetadataSource(url=URL, **fields)
    described = metadata_trust.read(xml, metadata_sources.demands_of(source), NOW)
    metadata_sources.register(described, source, NOW, slug="app", name="App")
    return source


def refreshed(source, xml, now=NOW, **options):
    return metadata_sources.refresh(source, now, get=lambda _: xml, **options)


def kept():
    return MetadataSource.objects.get()


def addresses():
    return [url for url, _, _ in ServiceProvider.objects.get().trust.acs]


def alarms(now=NOW):
    return [sentence for _, sentence in metadata_alarms.alarms(now)]


def waiting():
    return metadata_sources.mark(metadata_sources.pending(kept(), NOW))


def test_the_same_document_changes_nothing_but_the_time(db):
    result = refreshed(a_source(), OLD, NOW + timedelta(hours=1))
    assert (result.outcome, kept().fetched_at, kept().taken_at) == (Outcome.SAME, NOW + timedelta(hours=1), NOW)
    assert alarms() == []


def test_another_document_waits_for_an_operator(db):
    result = refreshed(a_source(), NEW)
    assert result.outcome == Outcome.WAITS
    assert (addresses(), kept().pending) == ([ACS], NEW.decode())
    assert alarms() == ["App has published new metadata. Review the changes, then accept or reject them."]


def test_an_operator_takes_what_waits(db):
    refreshed(a_source(), NEW)
    metadata_sources.take_pending(kept(), waiting(), NOW)
    assert (addresses(), kept().pending, alarms()) == ([f"{ACS}/new"], "", [])


def test_only_the_changes_that_were_shown_are_accepted(db):
    refreshed(a_source(), NEW)
    shown = waiting()
    refreshed(kept(), an_entity(acs("https://evil.example/acs")))
    with pytest.raises(UntakenMetadata, match="other changes than shown"):
        metadata_sources.take_pending(kept(), shown, NOW)
    assert addresses() == [ACS]


def test_rejected_changes_are_not_shown_again_but_other_changes_are(db):
    refreshed(a_source(), NEW)
    metadata_sources.leave_pending(kept(), NOW)
    assert refreshed(kept(), NEW).outcome == Outcome.SAME
    assert alarms() == []
    assert refreshed(kept(), an_entity(acs(f"{ACS}/third"))).outcome == Outcome.WAITS


def test_a_document_that_waits_is_judged_again_when_it_is_taken(db):
    refreshed(a_source(), an_entity(acs(f"{ACS}/new"), root='validUntil="2026-11-22T09:00:00Z"'))
    shown = waiting()
    with pytest.raises(metadata_sources.FAULTS, match="was valid until"):
        metadata_sources.take_pending(kept(), shown, NOW + timedelta(days=2))
    assert addresses() == [ACS]


def test_a_source_that_goes_back_to_what_is_registered_has_nothing_waiting(db):
    refreshed(a_source(), NEW)
    refreshed(kept(), OLD)
    assert (kept().pending, alarms()) == ("", [])


# Taken unseen


def test_signed_changes_are_taken_at_once_where_that_was_chosen(db):
    source = a_source(signed(OLD), signing_certificate=PUBLISHER, take_over="signed")
    result = refreshed(source, signed(NEW), NOW + timedelta(hours=1))
    assert (result.outcome, addresses()) == (Outcome.TAKEN, [f"{ACS}/new"])
    assert kept().taken_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("xml", [NEW, signed(NEW, a_pair("stranger"))], ids=["unsigned", "by another key"])
def test_changes_without_that_signature_are_not_taken(db, xml):
    source = a_source(signed(OLD), signing_certificate=PUBLISHER, take_over="signed")
    result = refreshed(source, xml)
    assert (result.outcome, addresses(), kept().pending) == (Outcome.FAILED, [ACS], "")
    assert kept().fault == result.fault != ""
    assert "could not be updated" in alarms()[0]


def test_taking_unseen_needs_a_key(db):
    with pytest.raises(ValidationError, match="Paste the certificate"):
        a_source(take_over="signed")
    assert not ServiceProvider.objects.exists()


# Faults


def broken(_):
    raise UnfetchedMetadata(sentence="The server answered with status 500 instead of a document.")


def test_a_fault_is_kept_and_goes_with_the_next_good_document(db):
    source = a_source()
    assert metadata_sources.refresh(source, NOW, get=broken).outcome == Outcome.FAILED
    assert kept().fault == "The server answered with status 500 instead of a document."
    refreshed(kept(), OLD)
    assert kept().fault == ""


@pytest.mark.parametrize(
    "xml",
    [b"", b"<html/>", an_entity(entity_id="urn:other"), b"<!DOCTYPE a>" + NEW, NEW.replace(b"HTTP-POST", b"SOAP")],
    ids=["nothing", "a page", "another entity", "a DTD", "no ACS left"],
)
def test_a_document_that_cannot_be_used_changes_nothing(db, xml):
    result = refreshed(a_source(), xml)
    assert result.outcome == Outcome.FAILED
    assert (addresses(), kept().pending, kept().fault) == ([ACS], "", result.fault)


def test_a_dry_run_keeps_nothing(db):
    source = a_source()
    assert refreshed(source, NEW, dry_run=True).outcome == Outcome.WAITS
    assert metadata_sources.refresh(source, NOW, dry_run=True, get=broken).outcome == Outcome.FAILED
    assert (kept().pending, kept().fault, addresses()) == ("", "", [ACS])


def test_a_document_fetched_under_other_settings_is_dropped(db):
    source = a_source()
    MetadataSource.objects.update(signing_certificate=PUBLISHER)
    result = refreshed(source, NEW)
    assert (result.fault, kept().pending) == ("The settings of this source were changed meanwhile.", "")


def test_two_runs_at_once_end_as_one(db):
    source = a_source(signed(OLD), signing_certificate=PUBLISHER, take_over="signed")
    stale = kept()
    assert refreshed(source, signed(NEW)).outcome == Outcome.TAKEN
    assert refreshed(stale, signed(NEW)).outcome == Outcome.SAME
    assert addresses() == [f"{ACS}/new"]


# The last day


@pytest.mark.parametrize(("days", "words"), [(8, []), (6, ["expires on"]), (-1, ["expired on"])])
def test_md04_a_last_day_that_comes_near_is_an_alarm(db, days, words):
    until = f"{NOW + timedelta(days=10):%Y-%m-%dT%H:%M:%SZ}"
    a_source(an_entity(acs(), root=f'validUntil="{until}"'))
    said = alarms(NOW + timedelta(days=10 - days))
    assert [word in sentence for word, sentence in zip(words, said, strict=True)] == [True] * len(words)


def test_no_alarm_for_a_service_that_is_switched_off(db):
    refreshed(a_source(), NEW)
    ServiceProvider.objects.update(enabled=False)
    assert alarms() == []


def test_md12_an_expired_certificate_is_no_fault(db):
    assert refreshed(a_source(), an_entity(acs() + key("sp"))).outcome == Outcome.WAITS
