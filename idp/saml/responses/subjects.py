"""The name (NameID) by which a service provider knows an agent (Core 8.3)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, UUIDField

from idp.agents.models import Agent
from idp.saml import names
from idp.saml.documents.elements import new_id
from idp.saml.errors import AnswerWithStatus, SamlStatus
from idp.saml.models import SentAttribute, ServiceProvider, SubjectName
from idp.saml.profiles.profile import answered_format, may_be_made
from idp.saml.requests.pending import PendingRequest
from idp.saml.responses.assertion import Subject
from idp.sql.joined_texts import Together, apart
from idp.sql.prepared import Select, Slot

_AGENT, _SERVICE = Slot("agent", UUIDField()), Slot("service", IntegerField())


@dataclass(frozen=True, slots=True)
class Known:
    """What a service knows of an agent: the name, and the names of all attributes that it was ever sent.

    `name` is None if the service does not know the agent yet.
    """

    name: str | None
    sent: frozenset[str]


def _known(owner: Q) -> QuerySet[Any]:
    """Read both in one query. The name is that of an owner, or (null) the one for all others."""
    names = SubjectName.objects.current().filter(owner, agent=OuterRef("pk"), told=True)
    sent = SentAttribute.objects.filter(agent=OuterRef("pk"), service_provider=_SERVICE).order_by().values("agent")
    return (
        Agent.objects.filter(pk=_AGENT)
        .order_by()
        .values_list("pk", Subquery(names.values("value")), Subquery(sent.annotate(all=Together("name")).values("all")))
    )


_BY_A_NAME_OF_ITS_OWN = Select(lambda: _known(Q(service_provider=_SERVICE)))
_BY_THE_ONE_NAME = Select(lambda: _known(Q(service_provider__isnull=True)))


def known_of(agent: Agent, sp: ServiceProvider, pending: PendingRequest) -> Known:
    """Return what a service knows of an agent before it is answered."""
    owner = _owner(sp, _answered(sp, pending))
    for _, name, sent in (_BY_THE_ONE_NAME if owner is None else _BY_A_NAME_OF_ITS_OWN)(agent=agent.pk, service=sp.pk):
        return Known(name, apart(sent))
    return Known(None, frozenset())


def subject_of(agent: Agent, sp: ServiceProvider, pending: PendingRequest, known: Known) -> Subject:
    """Return the agent's NameID in the requested format. The first sign-in creates it.

    A persistent name belongs to one service provider, a transient one to this answer only, and an email address is the
    agent's. Flex always gets its one stable name, whatever the format is called. Raises AnswerWithStatus if the
    request forbids creating a name and there is none yet.
    """
    answered = _answered(sp, pending)
    if passing := _passing(agent, sp, answered):
        return passing
    owner = _owner(sp, answered)
    if known.name is not None:
        return Subject(known.name, answered)
    allowed = may_be_made(sp.expects, answered, allow_create=pending.allow_create)
    if not allowed and not SubjectName.objects.filter(agent=agent, service_provider=owner, told=True).exists():
        raise _unnamed(pending, "the request forbids making the name that it asks for")
    return Subject(SubjectName.of(agent, owner), answered)


def subject_so_far(agent: Agent, sp: ServiceProvider) -> Subject:
    """Return what `subject_of` would return without a requested format. A missing name is empty, and is not created."""
    answered = answered_format(sp.expects, None)
    if passing := _passing(agent, sp, answered):
        return passing
    given = SubjectName.objects.current().filter(agent=agent, service_provider=_owner(sp, answered)).first()
    return Subject(given.value if given else "", answered)


def _answered(sp: ServiceProvider, pending: PendingRequest) -> str:
    """Return the format to answer with. Raises AnswerWithStatus if an operator has stopped giving the requested one."""
    try:
        return answered_format(sp.expects, pending.name_id_format)
    except ValueError as error:
        raise _unnamed(pending, str(error)) from error


def _unnamed(pending: PendingRequest, why: str) -> AnswerWithStatus:
    return AnswerWithStatus(SamlStatus(names.REQUESTER, names.INVALID_NAME_ID_POLICY), pending.address, why)


def _passing(agent: Agent, sp: ServiceProvider, answered: str) -> Subject | None:
    """Return a name that is not stored: one for this answer only, or the agent's email address."""
    if answered == names.TRANSIENT:
        return Subject(new_id(), answered)
    if answered == names.EMAIL_ADDRESS and sp.expects.format_as_asked:
        return Subject(agent.email, answered)
    return None


def _owner(sp: ServiceProvider, answered: str) -> ServiceProvider | None:
    return sp if answered == names.PERSISTENT else None
