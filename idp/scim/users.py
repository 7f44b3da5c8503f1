"""The people that a personnel system can see, and its writes. Each write is one transaction.

Operators are not among them. Writes go through the import's code, so they have the same consequences as a change made
by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from idp.agents import counts, locks
from idp.agents.models import Agent
from idp.audit.events import Origin
from idp.importing import reading_rules, writing
from idp.importing.people import Change, Person
from idp.importing.reading import Rules
from idp.otp.models import PhoneAuthenticator
from idp.otp.safe_list import listings
from idp.scim import attributes
from idp.scim.attributes import User
from idp.scim.errors import NoSuchResource, Uniqueness
from idp.scim.filters import By, Comparison, Filter
from idp.scim.models import KnownAs, PersonnelSystem

Edit = Callable[[User, Rules], User]
NO_OPERATOR = Q(is_staff=False, is_superuser=False)


@dataclass(frozen=True, slots=True)
class Provisioner:
    """Which system writes, from where, and when."""

    system: PersonnelSystem
    origin: Origin
    now: datetime


def of(system: PersonnelSystem) -> QuerySet[Agent]:
    """Return the agents that a system can see, with all related rows, in a fixed number of queries."""
    own = KnownAs.objects.filter(system=system)
    gone = own.filter(agent=OuterRef("pk"), removed_at__isnull=False)
    visible = Agent.objects.filter(NO_OPERATOR, Q(is_active=True) | ~Exists(gone))
    known = Prefetch("known_as", queryset=own)
    return visible.select_related("department").prefetch_related("roles", "numbers", known).order_by("created_at", "pk")


def matching(system: PersonnelSystem, wanted: Filter) -> QuerySet[Agent]:
    """Return the agents that match a filter. Email addresses ignore case; external IDs do not."""
    found = of(system)
    for it in wanted:
        found = _matching(found, system, it)
    return found


def _matching(found: QuerySet[Agent], system: PersonnelSystem, wanted: Comparison) -> QuerySet[Agent]:
    match wanted.by:
        case By.ID:
            return found.filter(pk=wanted.value)
        case By.EMAIL:
            return found.filter(email__iexact=wanted.value)
        case By.EXTERNAL_ID:
            own = KnownAs.objects.filter(system=system, external_id=wanted.value).exclude(external_id="")
            return found.filter(pk__in=own.values("agent"))
        case By.NOTHING:
            return found.none()


def _removed_by(system: PersonnelSystem) -> QuerySet[Agent]:
    """Return the agents that this system removed, and cannot see."""
    removed = Q(known_as__system=system, known_as__removed_at__isnull=False)
    return Agent.objects.filter(NO_OPERATOR, removed, is_active=False)


def total(system: PersonnelSystem) -> int:
    """Return how many agents a system can see, without reading them all."""
    counts.have_merged(counts.AGENTS)
    return counts.agents() - _removed_by(system).count()


def find(system: PersonnelSystem, pk: UUID) -> Agent:
    """Return one agent. Raises NoSuchResource."""
    found = of(system).filter(pk=pk).first()
    if found is None:
        raise NoSuchResource
    return found


def read(agent: Agent) -> User:
    """Return the resource of an agent that `of` loaded."""
    number = next((it.number for it in sorted(agent.numbers.all(), key=lambda it: it.pk)), "")
    department = agent.department.name if agent.department else ""
    roles, may = agent.role_names, (agent.is_active, agent.may_use_app, agent.language)
    person = Person(agent.email, agent.full_name, number, department, roles, *may)
    return User(person, next((it.external_id for it in agent.known_as.all()), ""))


@transaction.atomic
def create(by: Provisioner, edit: Edit) -> Agent:
    """Add someone. A person that this system removed returns as new, under the same ID. Raises ScimError."""
    rules = reading_rules.from_settings()
    wanted = attributes.checked(None, edit(User(Person("")), rules), rules)
    former = _hold_former(by.system, wanted.person.email)
    return find(by.system, _write(by, former.pk if former else None, read(former) if former else None, wanted))


@transaction.atomic
def change(by: Provisioner, pk: UUID, edit: Edit) -> Agent:
    """Apply a request's edit to someone. Raises ScimError."""
    before, rules = _hold(by, pk), reading_rules.from_settings()
    wanted = attributes.checked(before, edit(before, rules), rules)
    if wanted != before:
        _write(by, pk, before, wanted)
    return find(by.system, pk)


@transaction.atomic
def remove(by: Provisioner, pk: UUID) -> None:
    """Deactivate someone and hide them from this system. Nothing is erased. Raises NoSuchResource."""
    before = _hold(by, pk)
    off = User(replace(before.person, may_sign_in=False))
    _write(by, pk, before, off, removed_at=by.now)


def _hold(by: Provisioner, pk: UUID) -> User:
    """Return someone's current values, held until the commit. Raises NoSuchResource."""
    locks.hold_agents([pk])
    return read(find(by.system, pk))


def _hold_former(system: PersonnelSystem, email: str) -> Agent | None:
    """Return the person with that email whom this system removed, held until the commit."""
    former = _removed_by(system).filter(email__iexact=email)
    locks.hold_agents(former.values_list("pk", flat=True))
    return former.first()


def _write(
    by: Provisioner, pk: UUID | None, before: User | None, after: User, removed_at: datetime | None = None
) -> UUID:
    _refuse_taken(by.system, pk, before, after)
    try:
        with transaction.atomic():
            pk = _written(by, pk, before, after)
            values = {"external_id": after.external_id, "removed_at": removed_at}
            KnownAs.objects.update_or_create(system=by.system, agent_id=pk, defaults=values)
    except IntegrityError:
        raise Uniqueness("another request wrote first") from None
    listings.let_go(by.now, [pk])  # the timer, or the next command, tells Twilio
    return pk


def _written(by: Provisioner, pk: UUID | None, before: User | None, after: User) -> UUID:
    if pk and before and before.person.email != after.person.email:
        Agent.objects.filter(pk=pk).update(email=after.person.email)
    change = Change(None, pk, before.person if before else None, after.person)
    [written] = writing.write([change], by.system.name, by.origin, by.now)
    return written.agent.pk


def _refuse_taken(system: PersonnelSystem, pk: UUID | None, before: User | None, after: User) -> None:
    """Raise Uniqueness if someone else has a value, operators included. The error names nobody."""
    old, new = before.person if before else Person(""), after.person
    mine = [pk] if pk else []
    same_email = Agent.objects.filter(email__iexact=new.email).exclude(pk__in=mine)
    if new.email != old.email and same_email.exists():
        raise Uniqueness(sentence="Another person has this userName.")
    same_number = PhoneAuthenticator.objects.filter(number=new.number).exclude(user__in=mine)
    if new.number and new.number != old.number and same_number.exists():
        raise Uniqueness(sentence="Another person has this mobile number.")
    same_id = KnownAs.objects.filter(system=system, external_id=after.external_id).exclude(agent__in=mine)
    if after.external_id and same_id.exists():
        raise Uniqueness(sentence="Another person has this externalId.")
