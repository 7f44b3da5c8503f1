"""Commands that add people and sign their devices out."""

import pytest
from django.core.management import CommandError
from django.test import Client

from idp.agents.models import Agent, Department, Device, Reason
from idp.audit.models import LoginEvent
from idp.otp.models import PhoneAuthenticator
from tests.web.commands import run, run_json
from tests.web.conftest import a_superuser

pytestmark = pytest.mark.each_database


def test_add_operator_prints_a_link_that_opens_the_admin_once(db):
    link, talk = run("add_operator", "nora@acme.example", "--name", "Nora New")
    assert "Nora New (nora@acme.example) is an operator now." in talk
    path = link.strip().removeprefix("http://").partition("/")[2]
    assert [Client().post(f"/{path}").status_code for _ in range(2)] == [302, 410]


def test_add_operator_takes_the_operator_there_is_and_changes_no_rights(db):
    known = a_superuser("nora@acme.example", is_superuser=False)
    _, talk = run("add_operator", "NORA@acme.example")
    known.refresh_from_db()
    assert (known.full_name, known.is_superuser) == ("Olivia Operator", False)
    assert "is one already" in talk


def test_add_operator_makes_an_agent_one_without_taking_away_the_roles(agent):
    _, talk = run("add_operator", agent.email)
    assert "is an operator now" in talk
    person = Agent.objects.get()
    assert (person.is_staff, person.is_superuser, person.role_names) == (True, True, ("agent",))


def test_add_operator_and_the_trail_name_an_operator_who_is_switched_on_again(db):
    nora = a_superuser("nora@acme.example", is_active=False)
    assert "is one already. They were switched off, and are switched on again." in run("add_operator", nora.email)[1]
    assert any("is_active" in it.changes for it in LoginEvent.objects.all())
    assert "switched" not in run("add_operator", nora.email)[1]


def test_add_operator_refuses_what_is_no_e_mail(db):
    with pytest.raises(CommandError, match="email: Enter a valid email address"):
        run("add_operator", "nora")


def test_add_agent_adds_number_roles_and_department(db):
    out, _ = run(
        *("add_agent", "ana@acme.example", "--name", "Ana García", "--number", "+1 (201) 555-0142"),
        *("--role", "supervisor", "--role", "wfo.team_leader", "--department", "Sales"),
    )
    agent = Agent.objects.get()
    assert (agent.full_name, agent.role_names, agent.department.name) == (
        "Ana García",
        ("supervisor", "wfo.team_leader"),
        "Sales",
    )
    assert out == "Ana García can sign in with +12015550142 as supervisor, wfo.team_leader.\n"


def test_add_agent_takes_the_department_there_is(db):
    sales = Department.objects.create(name="Sales")
    run("add_agent", "a@b.example", "--name", "A", "--number", "+12015550142", "--role", "agent", department="SALES")
    assert Agent.objects.get().department == sales


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "ANA@acme.example"}, "Somebody already has this email."),
        ({"email": "nobody"}, "email: Enter a valid email address."),
        ({"number": "+12015550101"}, "number: Somebody else has this number."),
        ({"number": "12"}, "Start with \\+ and your country code"),
        ({"role": "supervisor"}, "A supervisor or admin needs an Insights role"),
        ({"role": "emperor"}, "emperor: not a role that Flex knows."),
        ({"name": " "}, "full name: This field cannot be blank."),
    ],
    ids=str,
)
def test_add_agent_says_what_is_wrong_and_adds_nothing(agent, change, sentence):
    given = {"email": "new@acme.example", "name": "New", "number": "+12015550142", "role": "agent", **change}
    with pytest.raises(CommandError, match=sentence):
        run("add_agent", given["email"], *(f"--{it}={given[it]}" for it in ("name", "number", "role")))
    assert (Agent.objects.count(), PhoneAuthenticator.objects.count()) == (1, 1)


def test_revoke_device_signs_out_all_of_an_agents_devices(signed_in):
    ended = run_json("revoke_device", "AGENT-1@acme.example")
    assert {it["label"] for it in ended} == {"iPhone, Safari", "Windows computer, Chrome"}
    assert set(Device.objects.values_list("reason", flat=True)) == {Reason.OPERATOR}
    lines = LoginEvent.objects.filter(kind="device ended", detail="signed out by an operator (command line)")
    assert lines.count() == 2


def test_revoke_device_signs_out_one_device_by_its_id(signed_in):
    phone = Device.objects.phones().get()
    out, talk = run("revoke_device", str(phone.pk))
    assert out == "Signed out Agent 1 (agent-1@acme.example): iPhone, Safari\n"
    assert "1 signed out here." in talk
    assert Device.objects.active().get().kind == "desktop"


@pytest.mark.parametrize(
    ("whose", "sentence"),
    [
        ("nobody@acme.example", "Nobody has the email nobody@acme.example."),
        ("iPhone", "iPhone is neither an email nor the id of a device."),
        ("00000000-0000-0000-0000-000000000000", "There is no device 0"),
    ],
)
def test_revoke_device_names_an_unknown_agent(signed_in, whose, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("revoke_device", whose)
    assert Device.objects.active().count() == 2
