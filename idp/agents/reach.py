"""Defines which people an operator looks after. No other code decides it.

Superusers, operators with rights of their own and the command line (None) look after everybody. A supervisor looks
after the agents of their departments, except operators and people with a role that the supervisor may not give. With a
code or a new number for such a person, the supervisor could act in that role.
"""

from django.db.models import Exists, OuterRef, QuerySet

from idp.agents.models import Agent, AgentRole, Supervisor


def limits_of(operator: object) -> Supervisor | None:
    """Return what limits an operator to some departments, or None. It is read once for each instance."""
    if not isinstance(operator, Agent) or operator.is_superuser:
        return None
    limits: Supervisor | None = getattr(operator, "supervisor", None)
    return limits


def agents_for(operator: object) -> QuerySet[Agent]:
    """Return the people that an operator, or the command line (None), may see and change."""
    limits = limits_of(operator)
    if limits is None:
        return Agent.objects.all()
    if limits.barred:
        return Agent.objects.none()
    # A condition on each row, because a list of all holders of such a role would read everybody's roles.
    above = AgentRole.objects.filter(agent=OuterRef("pk")).exclude(role__in=limits.grantable)
    theirs = Agent.objects.filter(department__in=list(limits.named))
    return theirs.filter(~Exists(above), is_staff=False, is_superuser=False)
