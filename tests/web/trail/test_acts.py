"""What operators, commands and personnel systems do becomes lines of the trail, whatever page or command it was."""

import io

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command, get_commands, load_command_class
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from lxml import html

from idp.agents.models import Agent, Department
from idp.audit import events
from idp.audit.acts import HIDDEN
from idp.audit.events import Actor, Origin
from idp.audit.models import Kind, LoginEvent
from idp.scim.models import PersonnelSystem
from idp.web.management.recorded import RecordedCommand
from idp.web.trail import row_changes, unrecorded_writes, words
from tests.conftest import NOW, an_agent
from tests.web import people_form, seeded
from tests.web.conftest import a_superuser

pytestmark = pytest.mark.each_database

READING = {
    "backup",
    "check_refusals",
    "demo",
    "doctor",
    "drill",
    "purge",
    "restore",
    "send_logouts",
    "send_webhooks",
    "show_metadata",
    "try_policy",
    "verify_trail",
    "why",
}
"""Commands that change nothing that operators set up, and take nothing out."""


def acts():
    return LoginEvent.objects.exclude(by="").order_by("pk")


def last():
    return acts().last()


def address(row, page="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def saved(admin, row, **typed):
    """Save a row's page with something typed, and all else as it stands."""
    page = address(row)
    (form,) = html.fromstring(admin.get(page).text).xpath("//form[.//input[@name='_save']]")
    filled = {}
    for name, value in form.form_values():
        filled.setdefault(name, []).append(value.removeprefix("\n"))
    return admin.post(page, {**filled, **typed, "_save": "Save", "_confirmed": "1"})


def a_code(operator):
    app = operator.totpdevice_set.get()
    return f"{TOTP(app.bin_key, app.step, app.t0, app.digits, app.drift).token():06}"


def test_every_table_is_watched_or_says_why_not():
    known = {it._meta.label for it in apps.get_models()}
    assert set(row_changes.UNWATCHED) - known == set()
    assert set(row_changes.WHOLES) <= {it._meta.label for it in row_changes.watched()}
    fields = {field.name for it in row_changes.watched() for field in it._meta.concrete_fields}
    assert set(row_changes.VOLATILE) <= fields


def test_every_command_is_recorded_or_only_reads():
    own = {name for name, app in get_commands().items() if app.startswith("idp.")}
    acting = {it for it in own if isinstance(load_command_class(get_commands()[it], it), RecordedCommand)}
    assert own - acting == READING


CHANGED = [
    pytest.param(an_agent, {"full_name": "Ana Alves"}, id="agent"),
    pytest.param(lambda: Department.objects.create(name="Sales"), {"name": "Service"}, id="department"),
    pytest.param(lambda: Group.objects.create(name="Help"), {"name": "Desk"}, id="group"),
    pytest.param(lambda: PersonnelSystem.objects.create(name="HR"), {"name": "Workday"}, id="personnel system"),
    pytest.param(seeded.a_service, {"name": "Flex two"}, id="service"),
]


@pytest.mark.parametrize(("make", "typed"), CHANGED)
def test_a_change_in_the_admin_is_recorded_with_values_before_and_after(admin, keys, make, typed):
    row, ((field, new),) = make(), typed.items()
    old = getattr(row, field)
    assert saved(admin, row, **typed).status_code == 302
    line = acts().get(kind=Kind.CHANGED)
    assert (line.by, line.about) == ("Olivia Operator", f"{row._meta.label_lower}:{row.pk}")
    assert line.operator == Agent.objects.get(email="olivia@acme.example")
    assert line.changes == {field: [old, new]}


@pytest.mark.parametrize("make", [pytest.param(it.values[0], id=it.id) for it in CHANGED])
def test_saving_without_a_change_is_not_recorded(admin, keys, make):
    row = make()
    told = acts().count()
    assert saved(admin, row).status_code == 302
    assert acts().count() == told


def test_added_and_removed_rows_are_recorded_with_their_values(admin):
    admin.post("/admin/agents/department/add/", {"name": "Sales"})
    admin.post(address(Department.objects.get(), "delete"), {"post": "yes"})
    assert [(it.kind, it.about_name, it.changes) for it in acts()] == [
        (Kind.ADDED, "Sales", {"name": [None, "Sales"]}),
        (Kind.REMOVED, "Sales", {"name": ["Sales", None]}),
    ]


def test_rows_that_are_removed_together_are_recorded_one_by_one(admin):
    rows = [Department.objects.create(name=name) for name in ("Sales", "Service")]
    chosen = {"action": "delete_selected", "_selected_action": [it.pk for it in rows], "post": "yes"}
    admin.post("/admin/agents/department/", chosen)
    assert {it.about_name for it in acts().filter(kind=Kind.REMOVED)} == {"Sales", "Service"}


def test_granted_and_withdrawn_rights_are_recorded_by_name(admin):
    group, right = Group.objects.create(name="Help"), Permission.objects.get(codename="view_agent")
    saved(admin, group, permissions=[right.pk])
    saved(admin, group, permissions=[])
    assert [it.changes for it in acts()] == [{"permissions": [None, str(right)]}, {"permissions": [str(right), None]}]


def test_roles_and_the_last_digits_of_a_number_are_recorded_with_their_agent(admin, keys):
    agent = an_agent("+12015550101")
    roles = ["agent", "supervisor", "wfo.quality_process_manager"]
    saved(admin, agent, flex_roles=roles, **{"numbers-0-number": "+12015550177"})
    lines = acts().filter(about=f"agents.agent:{agent.pk}", kind=Kind.CHANGED)
    assert [it.changes for it in lines] == [
        {"agentrole.role": [None, "supervisor"]},
        {"agentrole.role": [None, "wfo.quality_process_manager"]},
        {"phoneauthenticator.number": ["…0101", "…0177"]},
    ]


def test_the_trail_calls_the_parts_of_an_agent_as_the_form_does(admin, keys):
    agent = an_agent("+12015550101")
    saved(admin, agent, flex_roles=["agent", "wfo.data_auditor"], **{"numbers-0-number": "+12015550177"})
    changed = [words.changed(it) for it in acts().filter(about=f"agents.agent:{agent.pk}", kind=Kind.CHANGED)]
    assert [("agent role", "nothing", "wfo.data_auditor")] in changed
    assert [("mobile number", "…0101", "…0177")] in changed


def test_an_agent_without_a_password_is_not_said_to_have_got_one(admin):
    assert admin.post("/admin/agents/agent/add/", people_form.filled()).status_code == 302
    assert "password" not in acts().get(kind=Kind.ADDED).changes


def test_a_new_secret_is_recorded_without_its_value(admin):
    system = PersonnelSystem.objects.create(name="Workday")
    page = admin.post(reverse("admin:personnel_secret", args=[system.pk]))
    told = acts().filter(about=f"scim.personnelsystem:{system.pk}")
    assert "Made a new secret." in {it.detail for it in told}
    assert [it.changes["secret_hash"] for it in told if it.changes] == [[None, HIDDEN]]
    assert page.context["secret"] not in str(list(told.values()))


def test_sign_ins_of_operators_are_recorded_and_rejected_ones_without_the_typed_email(operator):
    operator.set_password("correct horse battery")
    operator.save()
    for typed, password, code in (
        ("olivia@acme.example", "wrong", "000000"),
        ("olivia@acme.example", "correct horse battery", "000000"),
        ("my password by mistake", "x", "000000"),
    ):
        Client().post(reverse("admin:login"), {"username": typed, "password": password, "otp_token": code})
    assert [(it.kind, it.about_name, it.detail) for it in acts()] == [
        (Kind.OPERATOR_REFUSED, "Olivia Operator", "wrong password, or no operator"),
        (Kind.OPERATOR_REFUSED, "Olivia Operator", "right password, wrong code"),
        (Kind.OPERATOR_REFUSED, "", "wrong password, or no operator; nobody has the email that was typed"),
    ]


def test_an_operators_sign_in_and_sign_out_are_recorded(operator):
    operator.set_password("correct horse battery")
    operator.save()
    browser, right = Client(), {"username": operator.email, "password": "correct horse battery"}
    browser.post(reverse("admin:login"), {**right, "otp_token": a_code(operator)})
    assert "Sign in again" in browser.post(reverse("admin:logout")).text
    assert [(it.kind, it.by) for it in acts()] == [(it, str(operator)) for it in (Kind.OPERATOR_IN, Kind.OPERATOR_OUT)]


def test_removing_a_lost_authenticator_app_is_recorded_without_its_key(admin):
    app = a_superuser("omar@acme.example").totpdevice_set.get()
    admin.post(address(app, "delete"), {"post": "yes"})
    assert (last().kind, last().about) == (Kind.REMOVED, f"otp_totp.totpdevice:{app.pk}")
    assert last().changes["key"] == [HIDDEN, None]


def test_a_command_is_named_in_the_events_of_its_acts(db):
    given = ["ana@acme.example", "--name", "Ana", "--number", "+12015550101", "--role", "agent"]
    call_command("add_agent", *given, stdout=io.StringIO())
    added = acts().get(kind=Kind.ADDED)
    assert (added.by, added.operator, added.about_name) == ("command line: add_agent", None, "Ana")
    assert {it.reference for it in acts()} == {added.reference}


def test_making_and_using_a_link_into_the_admin_are_recorded(db):
    out = io.StringIO()
    call_command("add_operator", "omar@acme.example", stdout=out, stderr=io.StringIO())
    secret = out.getvalue().strip().rsplit("/", 1)[1]
    assert acts().filter(about__startswith="web.operatorlink", by="command line: add_operator").exists()
    Client().post(f"/admin/enter/{secret}")
    assert (last().kind, last().detail) == (Kind.OPERATOR_IN, "by one-time link")
    assert secret not in str(list(LoginEvent.objects.values()))


def test_a_page_that_records_nothing_gets_a_general_line(operator):
    by = Actor("Olivia Operator", Origin(None, "", "7KQ2M-9TX4D"), operator.pk)
    Department.objects.create(name="Sales")
    with events.acting(by), unrecorded_writes.watched() as on_success:
        Department.objects.update(name="Service")
        on_success("page of departments")
    assert (last().kind, last().detail) == (Kind.WROTE, "page of departments: agents_department")


def test_recording_changes_adds_no_query_to_sign_ins_of_agents(agent, django_assert_num_queries):
    with django_assert_num_queries(1):
        agent.save()
    with django_assert_num_queries(1):
        events.record(Kind.SIGNED_IN, Origin(None, "", "7KQ2M-9TX4D"), NOW, agent=agent)
    assert not acts().exists()


def test_why_explains_an_operators_act_by_its_reference(admin):
    admin.post("/admin/agents/department/add/", {"name": "Sales"})
    out = io.StringIO()
    call_command("why", last().reference, stdout=out)
    assert "added, department Sales. By: Olivia Operator. name: nothing → Sales" in out.getvalue()
