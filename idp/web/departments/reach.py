"""Who asks in the admin, and what they may see: the people whom `idp.agents.reach` names, and what is theirs."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from idp.agents.models import Agent, Department
from idp.agents.reach import agents_for, limits_of
from idp.audit.models import LoginEvent

__all__ = [
    "agents_for",
    "departments_for",
    "gives_rights",
    "limits_of",
    "may_change",
    "may_sign_out",
    "operator_of",
    "tells_of_theirs",
    "within",
]

Row = TypeVar("Row", bound=Model)
BY_SUPERUSERS = "A superuser's phones and computers are signed out by superusers only."
OPERATORS_BY_SUPERUSERS = "Operators are switched on and changed by superusers only. Ask one of them."


def operator_of(request: HttpRequest) -> Agent:
    """Return who presses the buttons. Raises PermissionDenied for nobody."""
    if not isinstance(request.user, Agent):
        raise PermissionDenied
    return request.user


def gives_rights(operator: object) -> bool:
    """Whether somebody may say who is an operator, and what operators may do: superusers alone."""
    return bool(getattr(operator, "is_superuser", False))


def within(operator: object, rows: QuerySet[Row], agent: str = "agent") -> QuerySet[Row]:
    """Return those of some rows that belong to somebody in an operator's reach. `agent` is the way to the person."""
    if limits_of(operator) is None:
        return rows
    return rows.filter(**{f"{agent}__in": agents_for(operator).order_by().values("pk")})


def departments_for(operator: object) -> QuerySet[Department]:
    """Return the departments into which an operator may put people."""
    limits = limits_of(operator)
    return Department.objects.all() if limits is None else Department.objects.filter(pk__in=list(limits.named))


def tells_of_theirs(operator: object, event: LoginEvent) -> bool:
    """Whether a line of the trail tells of an act on somebody whom an operator looks after, such as another name."""
    table, _, key = event.about.partition(":")
    return table == Agent._meta.label_lower and agents_for(operator).filter(pk=key).exists()


def may_change(operator: object, agent: Agent) -> bool:
    """Whether the right to change people reaches this one: what lets an operator in opens the admin."""
    return gives_rights(operator) or not (agent.is_staff or agent.is_superuser)


def may_sign_out(operator: object, agent: Agent) -> bool:
    """Whether an operator with the right to sign people out may do so to this one."""
    return gives_rights(operator) or not agent.is_superuser
