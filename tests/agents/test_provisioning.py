import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from idp.agents import provisioning
from idp.agents.models import Agent, AgentRole, Department
from tests.conftest import an_agent

pytestmark = pytest.mark.each_database

BOTH = ("agent", "supervisor", "wfo.team_leader")


def add(email="zoe@acme.example", **fields):
    return provisioning.add(email, **({"full_name": "Zoë Å", "roles": ["agent"]} | fields))


def roles_of(agent):
    return set(agent.roles.values_list("role", flat=True))


def test_an_agent_gets_exactly_the_roles_that_were_named(agent):
    provisioning.set_roles(agent, BOTH)
    assert roles_of(agent) == set(BOTH)
    provisioning.set_roles(agent, ["agent"])
    assert roles_of(agent) == {"agent"}


def test_roles_that_stay_keep_their_rows(agent):
    before = agent.roles.get(role="agent").pk
    provisioning.set_roles(agent, BOTH)
    assert agent.roles.get(role="agent").pk == before


@pytest.mark.parametrize("roles", [["supervisor"], ["agent", "owner"], []], ids=str)
def test_roles_that_flex_would_refuse_or_widen_change_nothing(agent, roles):
    with pytest.raises(ValueError, match=r"\."):
        provisioning.set_roles(agent, roles)
    assert roles_of(agent) == {"agent"}


def test_roles_are_returned_in_the_order_of_the_list(db):
    agent = an_agent(roles=("wfo.team_leader", "supervisor", "agent"))
    assert agent.role_names == ("agent", "supervisor", "wfo.team_leader")


def test_an_agent_who_is_added_has_no_password(db):
    agent = add(" zoe@acme.example ", department="Sales")
    assert (agent.email, agent.full_name, agent.department.name) == ("zoe@acme.example", "Zoë Å", "Sales")
    assert not agent.has_usable_password()
    assert (agent.is_staff, agent.is_superuser, agent.is_active) == (False, False, True)


def test_a_department_is_made_once_whatever_its_letter_case(db):
    assert add(department="Sales").department == add("yan@acme.example", department=" SALES ").department
    assert Department.objects.count() == 1


@pytest.mark.parametrize("email", ["ANA@ACME.EXAMPLE", "ana@acme.example", "", "no address"])
def test_an_agent_who_cannot_be_added_leaves_nothing_behind(agent, email):
    with pytest.raises(ValidationError):
        add(email, department="Sales")
    assert Agent.objects.count() == 1
    assert not Department.objects.exists()


def test_an_agent_with_roles_that_flex_refuses_is_not_added(db):
    with pytest.raises(ValueError, match="at least one"):
        add(roles=[])
    assert not Agent.objects.exists()


def test_an_operator_is_made_or_made_of_somebody(agent):
    olivia, was_none, _ = provisioning.operator("olivia@acme.example", full_name="")
    assert (was_none, olivia.is_staff, olivia.full_name) == (True, True, "olivia@acme.example")
    ana, was_none, _ = provisioning.operator("Ana@acme.example", full_name="")
    assert (was_none, ana.pk, ana.is_superuser, ana.full_name) == (True, agent.pk, True, agent.full_name)
    assert provisioning.operator("Ana@acme.example", full_name="") == (ana, False, False)


def test_the_database_refuses_an_email_in_another_letter_case(agent):
    with pytest.raises(IntegrityError), transaction.atomic():
        Agent.objects.create(email="ANA@acme.example")


@pytest.mark.parametrize("role", ["agent", "owner"], ids=["a role twice", "a role that is none"])
def test_the_database_refuses_a_role_that_cannot_be(agent, role):
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentRole.objects.create(agent=agent, role=role)


@pytest.mark.parametrize("letter", ["\x07", "\x1b", "\ufffe", "\ud800"], ids=["bell", "escape", "no character", "half"])
def test_a_name_that_no_assertion_could_carry_is_refused_where_it_is_typed(db, letter):
    with pytest.raises(ValidationError, match="cannot be written down"):
        provisioning.add("ana@acme.example", full_name=f"Ana{letter}", roles=["agent"])
