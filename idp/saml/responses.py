"""From an admission to the signed bytes that go to the service provider."""

from datetime import datetime
from functools import lru_cache

from django.conf import settings

from idp.agents.authentication import Authentication, Method
from idp.audit import events
from idp.audit.models import Kind
from idp.keys import keyring
from idp.keys.models import Use
from idp.login.errors import AlreadySignedIn
from idp.login.sign_in import Admission
from idp.saml import assertion, names
from idp.saml.asked import Asked
from idp.saml.assertion import Answer, Authenticated, Envelope
from idp.saml.errors import AnswerWithStatus, ReturnAddress, SamlStatus
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.saml.profiles import Person
from idp.saml.signing import SamlKey, self_test
from idp.saml.subjects import subject_of

# Honest classes only: a code proves one factor; a token proves that a code was given before.
CONTEXTS = {Method.CODE: names.MOBILE_ONE_FACTOR_CONTRACT, Method.TOKEN: names.PREVIOUS_SESSION}


def success(sp: ServiceProvider, asked: Asked, admission: Admission, origin: events.Origin, now: datetime) -> bytes:
    """Answer a request with a signed Assertion, and keep on record that it was.

    Runs in the transaction that admits the agent. Raises AlreadySignedIn if the request had its answer,
    AnswerWithStatus if the request wants somebody else or another proof.
    """
    refuse_answered(sp, asked.request_id)
    agent = admission.agent
    subject = subject_of(agent, sp, asked)
    person = Person(subject.name_id, agent.email, agent.full_name, agent.role_names)
    context = context_of(admission.authentication)
    _check_wishes(asked, person, context)
    content = Answer(
        envelope=_envelope(sp, asked),
        subject=subject,
        authenticated=Authenticated(admission.authentication.authenticated_at, context, admission.session_index),
        attributes=sp.expects.attributes(person),
    )
    response = assertion.answer(content, key=signing_key(now), now=now, signed=sp.sign)
    IssuedAssertion.objects.create(
        service_provider=sp,
        request_id=asked.request_id,
        assertion_id=content.assertion_id,
        agent=agent,
        session_index=admission.session_index,
        issued_at=now,
    )
    events.record(
        Kind.ANSWERED,
        origin,
        now,
        agent=agent,
        device=admission.device,
        service=sp.slug,
        detail=content.assertion_id,
    )
    return response


def refusal(sp: ServiceProvider, asked: Asked, status: SamlStatus, now: datetime) -> bytes:
    """Answer a request with a signed Response that tells only a status."""
    return assertion.answer_with_status(_envelope(sp, asked), status, key=signing_key(now), now=now)


def refuse_answered(sp: ServiceProvider, request_id: str) -> None:
    """Raise AlreadySignedIn if a request had its answer before: one request, one answer."""
    if IssuedAssertion.objects.filter(service_provider=sp, request_id=request_id).exists():
        raise AlreadySignedIn("this request was answered before")


def context_of(authentication: Authentication) -> str:
    """Return the class that truly describes how the agent was authenticated."""
    return CONTEXTS[authentication.opened_by]


def signing_key(now: datetime) -> SamlKey:
    """Return the active SAML key, loaded and tried out once per process. Raises UnusableKey."""
    key = keyring.active(Use.SAML, now)
    return _load(key.private_key, key.certificate)


@lru_cache(maxsize=4)
def _load(private_key: str, certificate: str) -> SamlKey:
    key = SamlKey.load(private_key, certificate)
    self_test(key)
    return key


def _envelope(sp: ServiceProvider, asked: Asked) -> Envelope:
    return Envelope(
        issuer=settings.LATCHKEY.saml_entity_id,
        audience=sp.entity_id,
        acs_url=asked.acs_url,
        in_response_to=asked.request_id,
    )


def _check_wishes(asked: Asked, person: Person, context: str) -> None:
    address = ReturnAddress(asked.acs_url, asked.request_id, asked.relay_state)
    if asked.subject_name_id not in (None, person.name_id):
        status = SamlStatus(names.RESPONDER, names.UNKNOWN_PRINCIPAL)
        raise AnswerWithStatus(status, address, "the request is about somebody else")
    if asked.accepted_contexts is not None and context not in asked.accepted_contexts:
        status = SamlStatus(names.RESPONDER, names.NO_AUTHN_CONTEXT)
        raise AnswerWithStatus(status, address, f"{context} is not among {asked.accepted_contexts}")
