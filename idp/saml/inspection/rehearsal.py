"""Rehearses a Response: builds what a service provider would receive now, but neither stores nor sends it.

Signed bytes never leave this module, since anyone who had them could sign in with them.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.agents.authentication import Method
from idp.agents.models import Agent
from idp.policies import timeouts
from idp.saml.attributes import release_list
from idp.saml.documents.elements import new_id
from idp.saml.errors import UnregisteredAcs
from idp.saml.inspection import second_reader
from idp.saml.inspection.second_reader import Expected, Verdict
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from idp.saml.profiles import Person
from idp.saml.requests.pending import PendingRequest
from idp.saml.responses import released, responding
from idp.saml.responses.assertion import Authenticated, ResponseContent, Subject
from idp.saml.responses.released import Released
from idp.saml.responses.subjects import subject_so_far
from idp.saml.signatures.signing import Sign

NOT_YET = "made-at-the-first-sign-in"
MADE_UP = Person(
    name_id="made-up-person",
    email="made.up@example.org",
    full_name="Made-Up <Person> & Søn",  # markup must arrive as a name
    roles=("agent",),
    department="Made-up department",
    phone="+12025550123",
)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A Response that nobody gets, as it would be stored: readable, every signature value blank.

    `named`: the agent has a NameID there already; otherwise it is NOT_YET.
    """

    response: str
    request_id: str
    acs_url: str
    named: bool


def rehearse(sp: ServiceProvider, agent: Agent | None, now: datetime) -> Rehearsed:
    """Make the Response for an agent, or (None) for a made-up person, to a made-up request for the default ACS.

    Raises UnreleasableAttribute, UnusableKey, or UnregisteredAcs if the service has no address.
    """
    content = _content(sp, agent, now)
    return _rehearsed(content, responding.signed_response(sp, content, now).kept)


def check_here(sp: ServiceProvider, agent: Agent | None, now: datetime) -> tuple[Rehearsed, Verdict]:
    """Make the same Response, and have the second reader judge it. An encrypted one is judged readable.

    Raises what `rehearse` raises.
    """
    content = _content(sp, agent, now)
    kept = responding.signed_response(sp, content, now).kept
    readable = responding.signed_response(sp, content, now, readable=True)
    expected = Expected(
        entity_id=sp.entity_id,
        acs_url=content.envelope.acs_url,
        request_id=content.envelope.in_response_to or "",
        sign=Sign(sp.sign),
        wants_attributes=bool(content.attributes),
        metadata=published.metadata_document(now),
    )
    return _rehearsed(content, kept), second_reader.judge(readable.octets, expected)


def _content(sp: ServiceProvider, agent: Agent | None, now: datetime) -> ResponseContent:
    consumer = next(iter(sp.consumers.all()), None)
    if consumer is None:
        raise UnregisteredAcs("no ACS is registered", sentence="This service has no address that takes Responses.")
    subject, about = _about(sp, agent)
    return ResponseContent(
        envelope=responding.envelope(sp, PendingRequest(new_id(), consumer.url, None)),
        subject=subject,
        authenticated=Authenticated(now, sp.context_of(Method.CODE), new_id(), _end_of(sp, now)),
        attributes=about.attributes,
    )


def _end_of(sp: ServiceProvider, now: datetime) -> datetime | None:
    if not sp.states_end:
        return None
    return timeouts.ends_at(sp.timeout_policy.limits, authenticated_at=now, opened_at=now, last_seen_at=now)


def _about(sp: ServiceProvider, agent: Agent | None) -> tuple[Subject, Released]:
    if agent is None:
        about = released.for_person(MADE_UP, released.releases_of(sp), release_list.rules_of(sp.profile))
        return Subject(MADE_UP.name_id, sp.expects.name_id_format), about
    subject = subject_so_far(agent, sp)
    about = released.for_agent(sp, agent, subject.name_id)
    return (subject if subject.name_id else Subject(NOT_YET, subject.name_id_format)), about


def _rehearsed(content: ResponseContent, response: str) -> Rehearsed:
    return Rehearsed(
        response=response,
        request_id=content.envelope.in_response_to or "",
        acs_url=content.envelope.acs_url,
        named=content.subject.name_id != NOT_YET,
    )
