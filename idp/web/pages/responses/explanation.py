"""A Response explained: how the agent was let in, where each attribute comes from, and which checks pass."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from idp.saml.attributes import release_list
from idp.saml.attributes.release_list import Release, Source
from idp.saml.inspection import checks, reading
from idp.saml.inspection.checks import Check, Wanted
from idp.saml.inspection.reading import AttributeRead, ResponseRead
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.saml.models.released import SOURCES
from idp.saml.responses import released
from idp.sessions.models import OpenedBy, SsoSession
from idp.web.pages.responses import xml as response_xml

EMPTY = mark_safe('<span class="quiet">empty</span>')


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """A row for an attribute: its values, hidden or not, and where it comes from."""

    name: str
    values: tuple[SafeString, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a page shows of a Response. `masked` means that personal values are hidden."""

    masked: bool
    name_id: SafeString
    name_id_format: str
    attributes: tuple[AttributeRow, ...]
    checks: tuple[Check, ...]
    failed: tuple[Check, ...]
    xml: SafeString


def explain(xml: str, sp: ServiceProvider, wanted: Wanted, *, encrypted: bool, masked: bool) -> Explanation:
    """Explain a Response as stored. Raises UnreadableRequest if it is none."""
    read = reading.read(xml)
    results = checks.check(read, wanted, sent_encrypted=encrypted)
    subject = read.assertions[0] if read.assertions else None
    name_id = (subject and subject.name_id) or ""
    return Explanation(
        masked=masked,
        name_id=response_xml.HIDDEN if masked and name_id else _or_empty(name_id),
        name_id_format=subject.name_id_format if subject else "",
        attributes=_attribute_rows(read, sp, masked=masked),
        checks=results,
        failed=checks.failed(results),
        xml=response_xml.rendered(xml, masked=masked),
    )


def summary(issued: IssuedAssertion) -> SafeString:
    """Return a paragraph: who was let in, where, when and how, and whether the service had asked."""
    sp = issued.service_provider
    request = "{} had asked for it." if issued.request_id else "The sign-in started here: {} had not asked for it."
    encryption = "It was sent encrypted. Below is what {} read." if issued.encrypted else ""
    return format_html(
        "On {} <bdi>{}</bdi> was let in to <bdi>{}</bdi> {}. {} {}",
        instant(issued.issued_at),
        issued.agent,
        sp.name,
        _how(issued),
        format_html(request, sp.name),
        format_html(encryption, sp.name) if encryption else "",
    )


def instant(at: datetime) -> str:
    """Return an instant for people, in UTC."""
    return f"{at.day} {at:%B %Y at %H:%M:%S} UTC"


def _how(issued: IssuedAssertion) -> SafeString:
    session = SsoSession.objects.select_related("device").filter(index=issued.session_index).first()
    if session is None:
        return SafeString("by a sign-in that is no longer listed")
    label, proved_at = session.device.label, instant(session.authenticated_at)
    if session.opened_by != OpenedBy.TOKEN:
        proof = session.get_opened_by_display()
        return format_html("by {} given on <bdi>{}</bdi> on {}", proof, label, proved_at)
    return format_html("without a code: <bdi>{}</bdi> was still signed in, by a code given on {}", label, proved_at)


def _attribute_rows(read: ResponseRead, sp: ServiceProvider, *, masked: bool) -> tuple[AttributeRow, ...]:
    listed = {it.name: it for it in released.releases_of(sp)}
    always = {it.name: it for it in release_list.rules_of(sp.profile).mandatory}
    return tuple(
        AttributeRow(it.name, tuple(_value(value, masked=masked) for value in it.values), _origin(it, listed, always))
        for assertion in read.assertions
        for it in assertion.attributes
    )


def _origin(attribute: AttributeRead, listed: dict[str, Release], always: dict[str, Release]) -> str:
    """Return where an attribute comes from, by what the profile and the service's list say now."""
    if release := always.get(attribute.name):
        return f"always sent: {SOURCES[release.source]}"
    is_empty = not any(attribute.values)
    release = listed.get(attribute.name)
    if release is None:
        return "cleared: sent once, no longer listed" if is_empty else "no longer listed"
    if release.source is not Source.FIXED and is_empty:
        return f"cleared: sent once, {SOURCES[release.source]} is empty now"
    return f"listed: {SOURCES[release.source]}"


def _value(value: str, *, masked: bool) -> SafeString:
    return response_xml.HIDDEN if masked and response_xml.is_personal(value) else _or_empty(value)


def _or_empty(value: str) -> SafeString:
    return format_html("<bdi>{}</bdi>", value) if value else EMPTY
