"""Adds agents and changes their roles, for the command line and for the admin."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from idp.agents import roles as flex_roles
from idp.agents.models import Agent, AgentRole, Department, GrantableRole, Supervisor

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Made(NamedTuple):
    """An operator, and whether the person was none before, or was switched off."""

    person: Agent
    was_none: bool
    was_off: bool


@transaction.atomic
def set_roles(agent: Agent, roles: Iterable[str]) -> None:
    """Give an agent exactly these roles.

    Raises ValueError with a sentence if Flex would refuse or widen them.
    """
    wanted = frozenset(roles)
    if fault := flex_roles.fault(wanted):
        raise ValueError(fault)
    _keep_only(agent.roles, wanted)


@transaction.atomic
def add(email: str, *, full_name: str, roles: Iterable[str], department: str = "") -> Agent:
    """Add an agent without a number, and the department if it is new.

    Raises ValidationError with sentences, ValueError for roles that Flex would not take.
    """
    agent = Agent(email=email.strip(), full_name=full_name.strip(), department=_department(department.strip()))
    agent.set_unusable_password()
    agent.full_clean()
    agent.save()
    set_roles(agent, roles)
    return agent


@transaction.atomic
def operator(email: str, *, full_name: str) -> Made:
    """Add an operator who may do everything, or make one of the agent with this email. Operators keep their rights.

    Whoever was switched off is switched on: it is the way back of the last operator too. Raises ValidationError with
    sentences.
    """
    known = Agent.objects.filter(email__iexact=email.strip()).first()
    person = known or Agent(email=email.strip())
    person.full_name = full_name.strip() or person.full_name or email.strip()
    if known is None:
        person.set_unusable_password()
    if was_none := not person.is_staff:
        person.is_staff = person.is_superuser = True
    was_off, person.is_active = not person.is_active, True
    person.full_clean(exclude=["password"])
    person.save()
    return Made(person, was_none, was_off)


def no_supervisor(person: Agent) -> str:
    """Return why somebody cannot be made a supervisor, or an empty string."""
    if person.is_superuser or person.groups.exists() or person.user_permissions.exists():
        return f"{person} is an operator with other rights. A supervisor has none but those over their departments."
    return "" if person.is_active else f"{person} is switched off."


@transaction.atomic
def supervisor(
    email: str, full_name: str, departments: Iterable[Department], roles: Iterable[str]
) -> tuple[Supervisor, bool]:
    """Let somebody look after exactly these departments, and give exactly these roles.

    Returns whether the person is new. Raises ValidationError or ValueError with sentences.
    """
    known = Agent.objects.filter(email__iexact=email.strip()).first()
    if known and (fault := no_supervisor(known)):
        raise ValueError(fault)
    person = known or Agent(email=email.strip())
    person.full_name = full_name.strip() or person.full_name or email.strip()
    if known is None:
        person.set_unusable_password()
    person.is_staff = True
    person.full_clean(exclude=["password"])
    person.save()
    limits, _ = Supervisor.objects.get_or_create(person=person)
    limits.departments.set(departments)
    set_grantable(limits, roles)
    return Supervisor.objects.select_related("person").get(pk=limits.pk), known is None


@transaction.atomic
def set_grantable(supervisor: Supervisor, roles: Iterable[str]) -> None:
    """Let a supervisor give exactly these roles. Raises ValueError with a sentence for one that Flex does not know."""
    wanted = frozenset(roles)
    if strange := sorted(wanted - set(flex_roles.ROLES)):
        raise ValueError(f"{', '.join(strange)}: not a role that Flex knows.")
    _keep_only(supervisor.roles, wanted)


def _keep_only(rows: "RelatedManager[AgentRole] | RelatedManager[GrantableRole]", wanted: frozenset[str]) -> None:
    """Delete the rows of other roles, and create those that are missing."""
    rows.exclude(role__in=wanted).delete()
    held = set(rows.values_list("role", flat=True))
    for role in sorted(wanted - held):  # one by one, so that signal handlers see each row
        rows.create(role=role)


def departments(names: Iterable[str]) -> list[Department]:
    """Return the departments of these names, in any letter case. Raises ValueError for no name or an unknown one."""
    wanted = [it.strip() for it in names]
    found = [Department.objects.filter(name__iexact=it).first() for it in wanted]
    if strange := [name for name, it in zip(wanted, found, strict=True) if it is None]:
        raise ValueError(f"There is no department {', '.join(strange)}.")
    if not found:
        raise ValueError("Name a department.")
    return [it for it in found if it is not None]


def _department(name: str) -> Department | None:
    if not name:
        return None
    known = Department.objects.filter(name__iexact=name).first()
    if known is None:
        known = Department(name=name)
        known.full_clean()
        known.save()
    return known
