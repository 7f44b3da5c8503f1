"""The commands that import and export agents."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from idp.agents.models import Agent
from idp.importing.models import Import
from tests.conftest import an_agent
from tests.importing.files import HEADINGS, MAX, ZOE, a_file
from tests.web.pages.agents_files import BAD, PAGE
from tests.web.pressing import press

pytestmark = pytest.mark.each_database


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
