"""Loads the people who exist in an import's terms, in four queries for any number of people."""

from collections import defaultdict
from uuid import UUID

from django.db.models import QuerySet

from idp.agents.models import Agent, AgentRole, Department
from idp.agents.roles import ROLES
from idp.importing.people import Known, Person
from idp.login.endings import agent_switch
from idp.otp.models import PhoneAuthenticator
from idp.sql.in_parts import in_parts

OUT_OF_REACH = "Somebody else already has this email, and you do not look after them."
AN_OPERATOR = "This is an operator. Only a superuser can change them, on their page."
_COLUMNS = ("id", "email", "full_name", "department__name", "is_active", "may_use_app", "language")
_RIGHTS = ("is_staff", "is_superuser")


def known(within: QuerySet[Agent], *, operators: bool, by: Agent | None = None) -> list[Known]:
    """Return everyone, by email. Locked are people outside `within`, and operators unless `operators`.

    Whoever imports, `by`, is kept on.
    """
    reached = set(within.order_by().values_list("pk", flat=True))
    numbers, roles, people = _numbers(), _roles(), []
    rows = Agent.objects.order_by("email").values_list(*_COLUMNS, *_RIGHTS)
    for pk, email, name, department, active, app, language, staff, above in in_parts(rows):
        person = Person(email, name, numbers.get(pk, ""), department or "", roles.get(pk, ()), active, app, language)
        is_operator = staff or above
        locked = AN_OPERATOR if is_operator and not operators else ""
        stranger = pk not in reached
        kept_on = agent_switch.NOT_YOURSELF if by and pk == by.pk else ""
        people.append(Known(pk, person, is_operator, OUT_OF_REACH if stranger else locked, stranger, kept_on))
    return people


def departments() -> list[str]:
    """Return the names of all departments."""
    return list(Department.objects.values_list("name", flat=True))


def _numbers() -> dict[UUID, str]:
    return dict(PhoneAuthenticator.objects.order_by("-pk").values_list("user_id", "number"))


def _roles() -> dict[UUID, tuple[str, ...]]:
    held: dict[UUID, set[str]] = defaultdict(set)
    for pk, role in AgentRole.objects.values_list("agent_id", "role"):
        held[pk].add(role)
    return {pk: tuple(role for role in ROLES if role in its) for pk, its in held.items()}
