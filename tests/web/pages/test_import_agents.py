"""Importing and exporting people: the admin's pages and the commands, by one engine."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.agents.models import Agent, Device
from idp.audit.models import LoginEvent
from idp.importing import sheet
from idp.importing.models import Import
from idp.otp.models import PhoneAuthenticator
from tests.conftest import NOW, an_agent
from tests.importing.files import HEADINGS, MAX, ZOE, a_file
from tests.web.conftest import a_superuser, inside
from tests.web.pressing import buttons, press
from tests.web.seeded import a_signed_in_agent

PAGE, EXPORT = "/admin/agents/agent/import/", "/admin/agents/agent/export/"
BAD = ["bad@acme.example", "Bad", "12", "", "agent"]
SHORT = ["Email", "Mobile number"]


def choose(browser, *rows, headings=HEADINGS, **fields):
    file = SimpleUploadedFile("team.csv", a_file(*rows, headings=headings))
    return browser.post(PAGE, {"file": file, "most_missing": 25, **fields}, follow=True)


def helper(*rights):
    person = a_superuser("helper@acme.example", is_superuser=False)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return inside(person)


def exported(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


# The page


def test_a_file_is_previewed_written_and_undone(admin, clock):
    page = choose(admin, ZOE, MAX, BAD)
    assert "Nothing has changed yet." in page.text
    assert page.text.index("bad@acme.example") < page.text.index("zoe@acme.example")
    assert Agent.objects.filter(is_staff=False).count() == 0
    page = press(admin, page, "Make 2 changes, leave out 1 row")
    assert set(Agent.objects.filter(is_staff=False).values_list("email", flat=True)) == {ZOE[0], MAX[0]}
    assert {it.change_message for it in LogEntry.objects.all()} == {"Import of team.csv."}
    page = press(admin, page, "Undo this import")
    assert "Undone: 0 restored, 2 removed." in page.text
    assert "undone" in admin.get(PAGE).text


def test_changes_are_shown_with_the_values_before_and_after(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT).text
    assert "Mobile number: +12015550101 → +12015550177" in page
    assert "1 known agent gets another number or loses it." in page


def test_the_page_lists_changes_that_cannot_be_undone(admin, keys, clock):
    signed_in = a_signed_in_agent(NOW).agent
    page = press(admin, choose(admin, [signed_in.email, "+1 201 555 0177"], headings=SHORT), "Make 1 change")
    assert "Ended sign-ins of 1 person: Agent 1 (2)" in page.text
    assert "1 changed number: passkeys that went with them" in page.text


def test_a_file_is_previewed_again_if_agents_changed_meanwhile(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT)
    PhoneAuthenticator.objects.update(number="+12015550178")
    again = press(admin, page, "Make 1 change")
    assert (again.status_code, "Somebody has changed people since" in again.text) == (409, True)
    press(admin, again, "Make 1 change")
    assert PhoneAuthenticator.objects.get().number == "+12015550177"


def test_absent_agents_are_switched_off_only_after_the_words_are_typed(admin, keys, agent):
    gone = a_signed_in_agent(NOW, 2).agent
    page = choose(admin, [agent.email], headings=["Email"], missing_off="on", most_missing=50)
    page = press(admin, page, "Make 1 change", typed="yes")
    assert (page.status_code, Device.objects.active().count()) == (409, 2)
    press(admin, page, "Make 1 change", typed="Switch off  1")
    gone.refresh_from_db()
    assert (gone.is_active, Device.objects.active().count()) == (False, 0)


def test_more_absent_agents_than_the_share_are_not_switched_off(admin, agent):
    an_agent("+12015550102", "ben@acme.example")
    page = choose(admin, [agent.email], headings=["Email"], missing_off="on")
    assert "That would be 50 % of those who may sign in, more than the 25 % you allow." in page.text
    assert "Discard this file" in buttons(page)
    assert "Make 1 change" not in buttons(page)


def test_a_file_can_be_discarded(admin, db):
    press(admin, choose(admin, ZOE), "Discard this file")
    assert not Import.objects.exists()


@pytest.mark.parametrize("spoilt", [b"", b"\xff\xfe\x00"], ids=["empty", "no text"])
def test_a_waiting_file_that_became_unreadable_can_be_discarded(admin, operator, spoilt):
    waiting = Import.objects.create(made_at=NOW, by=operator, file_name="team.csv", content=spoilt)
    page = admin.get(f"{PAGE}{waiting.pk}/")
    assert (page.status_code, "can no longer be read" in page.text) == (409, True)
    assert admin.post(f"{PAGE}{waiting.pk}/", {"act": "write"}).status_code == 409
    assert "Discarded: team.csv. Nothing was changed." in press(admin, page, "Discard this file").text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Name\nZoe", "has no column Email"),
        (b"Email\n\xe9", "Save it as CSV UTF-8."),
        (b"x" * (sheet.MOST_BYTES + 1), "larger than 8 MB"),
    ],
    ids=["empty", "no email", "latin", "large"],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(admin, content, sentence):
    page = admin.post(PAGE, {"file": SimpleUploadedFile("x.csv", content), "most_missing": 25})
    assert (page.status_code, sentence in page.text) == (400, True)
    assert not Import.objects.exists()


def test_importing_takes_the_rights_to_add_and_to_change_agents(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT).request["PATH_INFO"]
    browser = helper("view_agent", "change_agent")
    asked = [browser.get(PAGE), browser.post(PAGE), browser.get(page), browser.post(page, {"act": "write"})]
    assert [it.status_code for it in asked] == [403] * 4
    assert browser.get(f"{page}progress/").status_code == 403


def test_an_operator_who_is_no_superuser_imports_agents_but_no_operators(operator, agent):
    browser = helper("view_agent", "change_agent", "add_agent")
    rows = [[operator.email, "Mine"], [agent.email, "Ana Maria"]]
    page = choose(browser, *rows, headings=["Email", "Full name"])
    assert "This is an operator." in page.text
    press(browser, page, "Make 1 change, leave out 1 row")
    operator.refresh_from_db()
    assert operator.full_name == "Olivia Operator"
    assert Agent.objects.get(pk=agent.pk).full_name == "Ana Maria"


def test_progress_is_reported_without_reading_the_file(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT)
    where = f"{page.request['PATH_INFO']}progress/"
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(where).json() == {"written": 0}
    assert [it["sql"] for it in queries if '"content"' in it["sql"]] == []
    press(admin, page, "Make 1 change")
    assert admin.get(where).json() == {"written": 1}


# Out again


def test_an_export_has_the_columns_of_an_import_and_is_recorded(admin, agent):
    Agent.objects.filter(pk=agent.pk).update(full_name="=1+1")
    found = admin.post(EXPORT)
    assert found["Content-Disposition"].startswith('attachment; filename="agents-')
    (row,) = [it for it in exported(found) if it["Email"] == agent.email]
    assert list(row) == [*HEADINGS, "Language"]
    assert (row["Full name"], row["Mobile number"], row["Roles"]) == ("'=1+1", "'+12015550101", "agent")
    assert LoginEvent.objects.get().detail == "2 people, by Olivia Operator"
    assert (
        "There is nothing to change."
        in admin.post(
            PAGE, {"file": SimpleUploadedFile("back.csv", found.content), "most_missing": 25}, follow=True
        ).text
    )


def test_agents_chosen_in_the_list_are_exported(admin, agent):
    fields = {"action": "export_chosen", "_selected_action": [str(agent.pk)]}
    assert [it["Email"] for it in exported(admin.post("/admin/agents/agent/", fields))] == [agent.email]


def test_an_operator_who_may_not_see_agents_exports_none(db):
    assert helper("view_device").post(EXPORT).status_code == 403


# The commands


@pytest.fixture
def team(tmp_path):
    def made(*rows, headings=HEADINGS):
        file = tmp_path / "team.csv"
        file.write_bytes(a_file(*rows, headings=headings))
        return str(file)

    return made


def run(capsys, *args, status=0):
    if status:
        with pytest.raises(SystemExit) as left:
            call_command("import_agents", *args)
        assert left.value.code == status
    else:
        call_command("import_agents", *args)
    return capsys.readouterr()


def test_the_command_imports_and_says_what_it_did(db, capsys, team):
    said = run(capsys, team(ZOE, MAX))
    assert said.out == "Written: 2 new, 0 changed, 0 unchanged, 0 absent and switched off, 0 with problems.\n"
    assert "2 of 2 written" in said.err
    assert Agent.objects.count() == 2


def test_the_command_writes_nothing_while_a_row_has_a_problem(db, capsys, team):
    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("import_agents", team(ZOE, BAD))
    assert "row 3, Mobile number, bad@acme.example: Start with +" in capsys.readouterr().err
    assert not Agent.objects.exists()


def test_the_command_can_leave_problems_out_and_still_ends_with_1(db, capsys, team):
    run(capsys, team(ZOE, BAD), "--leave-out-problems", status=1)
    assert Agent.objects.get().email == ZOE[0]


def test_a_dry_run_prints_everything_and_writes_nothing(agent, capsys, team):
    found = json.loads(run(capsys, team([agent.email, "Ana Maria"], ZOE), "--dry-run", "--json").out)
    assert (found["written"], found["new"]) == (False, [ZOE[0]])
    assert found["changed"] == [{"email": agent.email, "columns": ["Full name"]}]
    assert not Import.objects.exists()


def test_the_command_switches_off_absent_agents_within_the_share(agent, capsys, team):
    an_agent("+12015550102", "ben@acme.example")
    file = team([agent.email], headings=["Email"])
    assert "more than the 25 %" in run(capsys, file, "--switch-off-missing", status=1).err
    run(capsys, file, "--switch-off-missing", "--most-missing", "50")
    assert Agent.objects.filter(is_active=False).get().email == "ben@acme.example"


@pytest.mark.parametrize(("file", "sentence"), [("/nowhere.csv", "cannot be read"), ("/", "cannot be read")])
def test_a_file_that_does_not_exist_gets_a_sentence(db, file, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("import_agents", file)


def test_an_import_by_the_command_is_undone_in_the_admin(admin, capsys, team, clock):
    run(capsys, team(ZOE))
    clock.shift(timedelta(hours=1))
    press(admin, admin.get(f"{PAGE}{Import.objects.get().pk}/"), "Undo this import")
    assert not Agent.objects.filter(email=ZOE[0]).exists()


def test_an_exported_file_is_imported_without_a_change(agent, capsys, tmp_path):
    call_command("export_agents")
    file = tmp_path / "all.csv"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert "1 unchanged" in run(capsys, str(file)).out
