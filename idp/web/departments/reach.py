"""The signed-in operator, and what they may see and change: agents as `idp.agents.reach` says, and their rows."""

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
    "is_about_own_agent",
    "limits_of",
    "may_change",
    "may_grant_rights",
    "may_sign_out",
    "operator_of",
    "within",
]

Row = TypeVar("Row", bound=Model)
BY_SUPERUSERS = "Only a superuser can sign out a superuser's phones and computers."
OPERATORS_BY_SUPERUSERS = "Only a superuser can change an operator or switch one on. Ask one of them."


def operator_of(request: HttpRequest) -> Agent:
    """Return the signed-in operator. Raises PermissionDenied if nobody is signed in."""
    if not isinstance(request.user, Agent):
        raise PermissionDenied
    return request.user


def may_grant_rights(operator: object) -> bool:
    """Whether an operator may grant rights to operators. Only superusers may."""
    return bool(getattr(operator, "is_superuser", False))


def within(operator: object, rows: QuerySet[Row], agent: str = "agent") -> QuerySet[Row]:
    """Return the rows whose agent is within the operator's reach. `agent` is the lookup from a row to its agent."""
    if limits_of(operator) is None:
        return rows
    return rows.filter(**{f"{agent}__in": agents_for(operator).order_by().values("pk")})


def departments_for(operator: object) -> QuerySet[Department]:
    """Return the departments to which an operator may assign agents."""
    limits = limits_of(operator)
    return Department.objects.all() if limits is None else Department.objects.filter(pk__in=list(limits.named))


def is_about_own_agent(operator: object, event: LoginEvent) -> bool:
    """Whether an event is about an agent within the operator's reach, such as a changed name."""
    table, _, key = event.about.partition(":")
    return table == Agent._meta.label_lower and agents_for(operator).filter(pk=key).exists()


def may_change(operator: object, agent: Agent) -> bool:
    """Whether an operator's right to change agents covers this one. Only superusers change operators."""
    return may_grant_rights(operator) or not (agent.is_staff or agent.is_superuser)


def may_sign_out(operator: object, agent: Agent) -> bool:
    """Whether an operator's right to sign agents out covers this one. Only superusers sign out superusers."""
    return may_grant_rights(operator) or not agent.is_superuser
