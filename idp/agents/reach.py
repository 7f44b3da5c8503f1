"""Whom an operator looks after: the one place to say so.

Superusers, operators with rights of their own and the command line (None) look after everybody. A supervisor looks
after the agents of their departments, but for operators and for whoever holds a role that the supervisor may not
give: a code or another number for such a person would be that role.
"""

from django.db.models import QuerySet

from idp.agents.models import Agent, AgentRole, Supervisor


def limits_of(operator: object) -> Supervisor | None:
    """Return what limits an operator; None for whoever is not limited."""
    return operator.limits if isinstance(operator, Agent) else None


def agents_for(operator: object) -> QuerySet[Agent]:
    """Return the people whom an operator, or the command line (None), may see and change."""
    limits = limits_of(operator)
    if limits is None:
        return Agent.objects.all()
    if limits.barred:
        return Agent.objects.none()
    above = AgentRole.objects.exclude(role__in=limits.grantable).values("agent")
    theirs = Agent.objects.filter(department__in=list(limits.named))
    return theirs.filter(is_staff=False, is_superuser=False).exclude(pk__in=above)
