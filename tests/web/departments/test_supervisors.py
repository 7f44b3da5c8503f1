"""Supervisors are made, limited and barred by superusers; what bars them counts at once."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from idp.agents import provisioning
from idp.agents.models import Agent, Department, GrantableRole, Supervisor
from idp.audit.models import LoginEvent
from idp.otp.other_codes import one_time_codes
from idp.web.departments import reach, supervisors
from tests.conftest import NOW, an_agent
from tests.web.conftest import a_superuser, inside
from tests.web.departments.place import a_supervisor, addresses, rows
from tests.web.pressing import buttons, press

PAGE = "/admin/agents/supervisor/"


@pytest.fixture
def sales(db):
    return Department.objects.create(name="Sales")


def a_form(department, **fields):
    given = {"email": "sue@acme.example", "full_name": "Sue Pervisor", "grantable": ["agent"], **fields}
    return {"departments": [department.pk], **given}


def barred(place):
    Supervisor.objects.filter(person=place.sue).update(barred=True)


def test_a_superuser_makes_a_supervisor_whose_link_opens_the_admin_once(admin, sales, clock):
    assert admin.post(f"{PAGE}add/", a_form(sales)).status_code == 302
    supervisor = Supervisor.objects.get()
    assert (supervisor.person.is_staff, supervisor.person.is_superuser) == (True, False)
    page = press(admin, admin.get(f"{PAGE}{supervisor.pk}/change/"), "Make a link for Sue Pervisor")
    link = page.context["link"]
    browser = Client()
    home = press(browser, browser.get(link), "Open the admin")
    assert "You look after the agents of Sales." in home.text
    assert Client().post(link).status_code == 410


def test_an_agent_becomes_a_supervisor_and_keeps_their_roles(admin, sales, agent):
    admin.post(f"{PAGE}add/", a_form(sales, email="ANA@acme.example", full_name=""))
    ana = Agent.objects.get(pk=agent.pk)
    assert (ana.is_staff, ana.full_name, ana.role_names) == (True, "Ana García", ("agent",))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "olivia@acme.example"}, "is an operator with other rights."),
        ({"email": "off@acme.example"}, "is switched off."),
        ({"full_name": "Sue\x01"}, "This holds a character that cannot be written down."),
        ({"email": f"sue@{'a.' * 125}example"}, "Ensure this value has at most 254 characters"),
        ({"departments": []}, "This field is required."),
        ({"grantable": []}, "This field is required."),
        ({"grantable": ["emperor"]}, "is not one of the available choices"),
    ],
)
def test_a_faulty_supervisor_gets_a_sentence(admin, sales, fields, sentence):
    an_agent(email="off@acme.example", is_active=False)
    page = admin.post(f"{PAGE}add/", {**a_form(sales), **fields})
    assert (page.status_code, sentence in page.text, Supervisor.objects.count()) == (200, True, 0)


def test_nobody_is_made_a_supervisor_twice(admin, sales):
    admin.post(f"{PAGE}add/", a_form(sales))
    assert "is a supervisor already." in admin.post(f"{PAGE}add/", a_form(sales)).text
    with pytest.raises(IntegrityError), transaction.atomic():
        Supervisor.objects.create(person=Supervisor.objects.get().person)


def test_a_role_to_give_is_one_that_flex_knows(sales):
    supervisor = a_supervisor("Sales")[0].supervisor
    for role in ("emperor", "agent"):
        with pytest.raises(IntegrityError), transaction.atomic():
            GrantableRole.objects.create(supervisor=supervisor, role=role)


def test_departments_and_roles_are_changed_and_count_at_once(place, admin):
    page = f"{PAGE}{place.sue.supervisor.pk}/change/"
    fields = {"departments": [place.other.pk], "grantable": ["agent", "supervisor", "wfo.team_leader"]}
    assert admin.post(page, fields).status_code == 302
    text = place.browser.get("/admin/agents/agent/").text
    assert ("Agent 2" in text, "Agent 1" in text) == (True, False)
    form = place.browser.get(f"/admin/agents/agent/{place.ben.pk}/change/").context["adminform"].form
    assert [role for role, _ in form.fields["flex_roles"].choices] == ["agent", "supervisor", "wfo.team_leader"]


def test_each_role_that_they_may_give_from_now_on_or_no_more_is_a_line_of_the_trail(place, admin):
    page = f"{PAGE}{place.sue.supervisor.pk}/change/"
    admin.post(page, {"departments": [place.theirs.pk], "grantable": ["supervisor"]})
    told = LoginEvent.objects.filter(about=f"agents.supervisor:{place.sue.supervisor.pk}")
    assert [it.changes for it in told.order_by("pk") if "grantablerole.role" in it.changes] == [
        {"grantablerole.role": ["agent", None]},
        {"grantablerole.role": [None, "supervisor"]},
    ]


def test_without_a_department_a_supervisor_reaches_nobody(place):
    place.sue.supervisor.departments.clear()
    assert place.browser.get(f"/admin/agents/agent/{place.ana.pk}/change/").status_code == 404
    assert "no department yet" in place.browser.get("/admin/").text


# Barred


def test_a_barred_supervisor_is_refused_at_the_next_click_with_the_reason(place, admin):
    admin.post(f"{PAGE}{place.sue.supervisor.pk}/change/", a_form(place.theirs, barred="on"))
    before = rows()
    names = {name for name, path in addresses() if name and "<" not in path and "(?P" not in path}
    paths = [path for name, path in addresses() if name in names - supervisors.FOR_EVERYBODY]
    got = {(it, method): getattr(place.browser, method)(it) for it in paths for method in ("get", "post")}
    assert {it.status_code for it in got.values()} == {403}
    assert supervisors.Barred.sentence.removesuffix(".") in got["/admin/", "get"].text
    assert place.browser.get(f"/admin/agents/agent/{place.ana.pk}/change/").status_code == 403
    assert rows() == before


def test_a_barred_supervisor_reaches_nobody_whatever_a_page_forgets_to_ask(place):
    barred(place)
    sue = Agent.objects.get(pk=place.sue.pk)
    assert (list(reach.agents_for(sue)), sue.get_all_permissions()) == ([], set())


def test_a_barred_supervisor_can_still_sign_out(place):
    barred(place)
    assert place.browser.post("/admin/logout/").status_code in (200, 302)
    assert place.browser.get("/admin/")["Location"].startswith("/admin/login/")


def test_codes_that_a_barred_supervisor_gave_do_not_work_any_more(place, admin, clock):
    code = one_time_codes.give(place.ana, place.sue, "SIM broken", NOW).replace("-", "")
    admin.post(f"{PAGE}{place.sue.supervisor.pk}/change/", a_form(place.theirs, barred="on"))
    assert one_time_codes.open_code(place.ana, NOW) is None
    assert one_time_codes.spend(place.ana, code, NOW) is None


def test_a_code_of_a_supervisor_who_was_deleted_does_not_work_any_more(place, admin, clock):
    one_time_codes.give(place.ana, place.sue, "SIM broken", NOW)
    assert one_time_codes.open_code(place.ana, NOW)
    admin.post(f"{PAGE}{place.sue.supervisor.pk}/delete/", {"post": "yes"})
    assert one_time_codes.open_code(place.ana, NOW) is None


@pytest.mark.parametrize("change", ["department", "role", "operator"])
def test_a_code_stops_working_when_the_agent_leaves_the_supervisors_reach(place, clock, change):
    code = one_time_codes.give(place.ana, place.sue, "SIM broken", NOW).replace("-", "")
    match change:
        case "department":
            place.sue.supervisor.departments.clear()
        case "role":
            provisioning.set_roles(place.ana, ["admin", "wfo.full_access"])
        case "operator":
            Agent.objects.filter(pk=place.ana.pk).update(is_staff=True)
    assert one_time_codes.spend(place.ana, code, NOW) is None


def test_a_code_works_while_the_agent_is_in_the_supervisors_reach(place, clock):
    code = one_time_codes.give(place.ana, place.sue, "SIM broken", NOW).replace("-", "")
    assert one_time_codes.spend(place.ana, code, NOW)


def test_a_supervisor_who_is_no_longer_barred_has_the_same_agents_and_roles(place, admin):
    barred(place)
    admin.post(f"{PAGE}{place.sue.supervisor.pk}/change/", a_form(place.theirs))
    assert "Agent 1" in place.browser.get("/admin/").text


def test_a_deleted_supervisor_is_no_operator_any_more(place, admin):
    admin.post(f"{PAGE}{place.sue.supervisor.pk}/delete/", {"post": "yes"})
    assert not Agent.objects.get(pk=place.sue.pk).is_staff
    assert place.browser.get("/admin/").status_code == 302
    told = LoginEvent.objects.filter(about=f"agents.agent:{place.sue.pk}")
    assert [it.changes for it in told] == [{"is_staff": [True, False]}]


# Rights


def test_groups_give_a_supervisor_nothing(place):
    everything = Group.objects.create(name="All")
    everything.permissions.set(Permission.objects.all())
    place.sue.groups.add(everything)
    place.sue.user_permissions.set(Permission.objects.all())
    sue = Agent.objects.get(pk=place.sue.pk)
    assert sue.get_all_permissions() == supervisors.RIGHTS
    assert not sue.has_perms(["agents.add_cutoff"])
    assert "Agent 2" not in place.browser.get("/admin/agents/agent/").text


def test_an_operator_with_every_right_makes_no_supervisor(place):
    helper = a_superuser("helper@acme.example", is_superuser=False)
    helper.user_permissions.set(Permission.objects.all())
    browser = inside(helper)
    before, its = rows(), f"{PAGE}{place.sue.supervisor.pk}/"
    for path in (f"{PAGE}add/", f"{its}change/", f"{its}delete/", f"{its}link/"):
        assert browser.post(path, a_form(place.other)).status_code == 403
    assert rows() == before


def test_operators_with_rights_and_superusers_reach_everybody(place, admin):
    helper = a_superuser("helper@acme.example", is_superuser=False)
    helper.user_permissions.set(Permission.objects.filter(codename="view_agent"))
    for browser in (admin, inside(helper)):
        assert {"Agent 1", "Agent 2"} <= set(browser.get("/admin/agents/agent/").text.replace("<", ">").split(">"))


# The command


def printed(capsys, *words):
    call_command("add_supervisor", *words)
    return capsys.readouterr()


def test_the_command_makes_a_supervisor_and_prints_a_link_alone(sales, capsys):
    said = printed(capsys, "sue@acme.example", "--name", "Sue", "--department", "sales", "--role", "agent")
    assert said.out.startswith("https://") or said.out.startswith("http://")
    assert "Sue (sue@acme.example) looks after Sales." in said.err
    assert Supervisor.objects.get().grantable == {"agent"}


def test_the_command_makes_another_link_and_leaves_departments_and_roles(place, capsys):
    said = printed(capsys, "sue@acme.example")
    assert "looks after Department 1." in said.err
    assert "Agent 1" in place.browser.get("/admin/").text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sue@acme.example"], "Name a department."),
        (["sue@acme.example", "--department", "Sails"], "There is no department Sails."),
        (["olivia@acme.example", "--department", "Sales"], "is an operator with other rights."),
    ],
)
def test_the_command_refuses_with_a_sentence_and_writes_nothing(operator, sales, words, sentence):
    before = rows()
    with pytest.raises(CommandError, match=sentence):
        call_command("add_supervisor", *words)
    assert rows() == before


def test_buttons_for_links_are_superusers_only(place, admin):
    page = f"{PAGE}{place.sue.supervisor.pk}/change/"
    assert "Make a link for Sue Pervisor" in buttons(admin.get(page))
    helper = a_superuser("helper@acme.example", is_superuser=False)
    helper.user_permissions.set(Permission.objects.filter(codename="view_supervisor"))
    assert "Make a link for Sue Pervisor" not in buttons(inside(helper).get(page))
