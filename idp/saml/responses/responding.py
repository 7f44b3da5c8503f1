"""Turns an Admission, or a refusal, into the signed Response for the service provider."""

from datetime import datetime

from django.db import IntegrityError

from idp.audit import events
from idp.audit.models import Kind
from idp.login.errors import AlreadySignedIn
from idp.login.flow.sign_in import Admission
from idp.policies import timeouts
from idp.saml import names, signing_keys
from idp.saml.encryption import TRANSPORTS
from idp.saml.errors import AnswerWithStatus, SamlStatus, UnregisteredAcs
from idp.saml.metadata import published
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.saml.models.issued import is_second
from idp.saml.requests.pending import PendingRequest
from idp.saml.responses import assertion, released
from idp.saml.responses.assertion import Authenticated, Encryption, Envelope, ResponseContent
from idp.saml.responses.subjects import known_of, subject_of
from idp.sessions.models import SsoSession
from idp.sql.blank import Blank
from idp.sql.prepared import Insert

BEFORE = "this request was answered before"
_INSERT = Insert(IssuedAssertion)
_BLANK = Blank(IssuedAssertion)


def success(
    sp: ServiceProvider, pending: PendingRequest, admission: Admission, origin: events.Origin, now: datetime
) -> bytes:
    """Answer a request with a signed Assertion, and record it.

    This is the last step of the transaction that admits the agent. The table refuses a second answer to the same
    request, at commit at the latest (`answered_before`). Raises AnswerWithStatus if the request is about another person
    or requires another proof.
    """
    agent, proof = admission.agent, admission.authentication
    known = known_of(agent, sp, pending)
    subject = subject_of(agent, sp, pending, known)
    context = sp.context_of(proof.opened_by)
    _check_requirements(pending, subject.name_id, context)
    about = released.for_agent(sp, agent, subject.name_id, known.sent)
    end = _end_of(sp, admission) if sp.states_end else None
    content = ResponseContent(
        envelope=envelope(sp, pending),
        subject=subject,
        authenticated=Authenticated(proof.authenticated_at, context, admission.session_index, end),
        attributes=about.attributes,
    )
    response = signed_response(sp, content, now)
    released.record(sp, agent, about)
    _INSERT.later(_issued(sp, admission, content, response, now))
    device, service = admission.device, sp.slug
    events.record(Kind.ANSWERED, origin, now, agent=agent, device=device, service=service, detail=content.assertion_id)
    return response.octets


def _issued(
    sp: ServiceProvider, admission: Admission, content: ResponseContent, response: assertion.Sent, now: datetime
) -> IssuedAssertion:
    return _BLANK(
        service_provider_id=sp.pk,
        request_id=content.envelope.in_response_to,
        assertion_id=content.assertion_id,
        agent_id=admission.agent.pk,
        name_id=content.subject.name_id,
        name_id_format=content.subject.name_id_format,
        session_index=admission.session_index,
        encrypted=sp.encrypt,
        response=response.kept,
        issued_at=now,
    )


def signed_response(
    sp: ServiceProvider, content: ResponseContent, now: datetime, *, readable: bool = False
) -> assertion.Sent:
    """Sign and encrypt a Response as this service provider wants it. Raises UnusableKey.

    A `readable` one is not encrypted. It is for our own checks, which have no key to decrypt it.
    """
    encryption = None
    if sp.encrypt and not readable:
        encryption = Encryption(sp.to_encrypt_for, sp.encryption_algorithm, TRANSPORTS[sp.key_transport])
    return assertion.signed_response(
        content, key=signing_keys.key_for(sp, now), now=now, signed=sp.sign, encryption=encryption
    )


def refusal(sp: ServiceProvider, pending: PendingRequest, status: SamlStatus, now: datetime) -> bytes:
    """Answer a request with a signed Response with only a status."""
    return assertion.signed_error_response(envelope(sp, pending), status, key=signing_keys.key_for(sp, now), now=now)


def check_address(sp: ServiceProvider, pending: PendingRequest) -> None:
    """Raise UnregisteredAcs if an operator has removed the address of an answer since the request came."""
    if all(it.url != pending.acs_url for it in sp.consumers.all()):
        raise UnregisteredAcs("the ACS was removed after the request came")


def refuse_answered(sp: ServiceProvider, request_id: str | None) -> None:
    """Raise AlreadySignedIn if a request was answered before. A request gets one answer."""
    if request_id is not None and IssuedAssertion.objects.filter(service_provider=sp, request_id=request_id).exists():
        raise AlreadySignedIn(BEFORE)


def answered_before(error: IntegrityError) -> AlreadySignedIn | None:
    """Return AlreadySignedIn if the table refused a second answer to a request, or None for any other error."""
    return AlreadySignedIn(BEFORE) if is_second(error) else None


def envelope(sp: ServiceProvider, pending: PendingRequest) -> Envelope:
    """Return the two sides of an answer."""
    return Envelope(
        issuer=published.entity_id(),
        audience=sp.entity_id,
        acs_url=pending.acs_url,
        in_response_to=pending.request_id,
    )


def _end_of(sp: ServiceProvider, admission: Admission) -> datetime:
    """Return when the sign-in ends by this service's timeout policy (Core 2.7.2)."""
    session = SsoSession.objects.get(index=admission.session_index)
    return timeouts.ends_at(
        sp.timeout_policy.limits,
        authenticated_at=admission.authentication.authenticated_at,
        opened_at=session.opened_at,
        last_seen_at=session.last_seen_at,
    )


def _check_requirements(pending: PendingRequest, name_id: str, context: str) -> None:
    if pending.subject_name_id not in (None, name_id):
        status = SamlStatus(names.RESPONDER, names.UNKNOWN_PRINCIPAL)
        raise AnswerWithStatus(status, pending.address, "the request is about another person")
    if pending.accepted_contexts is not None and context not in pending.accepted_contexts:
        status = SamlStatus(names.RESPONDER, names.NO_AUTHN_CONTEXT)
        raise AnswerWithStatus(status, pending.address, f"{context} is not among {pending.accepted_contexts}")
