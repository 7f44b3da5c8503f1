"""Adding agents and changing their roles, the same from the command line, the admin and later from imports."""

from collections.abc import Iterable

from django.db import transaction

from idp.agents import roles as flex_roles
from idp.agents.models import Agent, AgentRole, Department


@transaction.atomic
def set_roles(agent: Agent, roles: Iterable[str]) -> None:
    """Give an agent exactly these roles.

    Raises ValueError with a sentence if Flex would refuse or widen them.
    """
    wanted = frozenset(roles)
    if fault := flex_roles.fault(wanted):
        raise ValueError(fault)
    agent.roles.exclude(role__in=wanted).delete()
    held = set(agent.roles.values_list("role", flat=True))
    AgentRole.objects.bulk_create(AgentRole(agent=agent, role=role) for role in sorted(wanted - held))


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
def operator(email: str, *, full_name: str) -> tuple[Agent, bool]:
    """Make an operator who may do everything, or make one of the person who has this e-mail.

    Returns whether the person is new. Raises ValidationError with sentences.
    """
    known = Agent.objects.filter(email__iexact=email.strip()).first()
    person = known or Agent(email=email.strip())
    person.full_name = full_name.strip() or person.full_name or email.strip()
    if known is None:
        person.set_unusable_password()
    if not person.is_staff:
        person.is_staff = person.is_superuser = True
    person.is_active = True
    person.full_clean(exclude=["password"])
    person.save()
    return person, known is None


def _department(name: str) -> Department | None:
    if not name:
        return None
    known = Department.objects.filter(name__iexact=name).first()
    if known is None:
        known = Department(name=name)
        known.full_clean()
        known.save()
    return known
