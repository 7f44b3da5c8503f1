"""Whom an operator looks after: the one place to say so.

Superusers, operators with rights of their own and the command line (None) look after everybody. A supervisor looks
after the agents of their departments, but for operators and for whoever holds a role that the supervisor may not
give: a code or another number for such a person would be that role.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet

from idp.agents.models import Agent, AgentRole, Department, Supervisor
from idp.audit.models import LoginEvent

Row = TypeVar("Row", bound=Model)


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


def within(operator: object, rows: QuerySet[Row], agent: str = "agent") -> QuerySet[Row]:
    """Return those of some rows that belong to somebody in an operator's reach. `agent` is the way to the person."""
    if limits_of(operator) is None:
        return rows
    return rows.filter(**{f"{agent}__in": agents_for(operator).order_by().values("pk")})


def departments_for(operator: object) -> QuerySet[Department]:
    """Return the departments into which an operator may put people."""
    limits = limits_of(operator)
    return Department.objects.all() if limits is None else Department.objects.filter(pk__in=list(limits.named))


def events_for(operator: object) -> QuerySet[LoginEvent]:
    """Return the lines of the trail that an operator, or the command line (None), may read: those of their people."""
    return within(operator, LoginEvent.objects.all())
