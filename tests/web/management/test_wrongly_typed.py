"""Commands that are typed wrongly, or find no database, say in one sentence what is wrong."""

import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.core.management import CommandError

from idp.audit.models import LoginEvent
from idp.conf import ROOT
from tests.environment import free_port
from tests.web.commands import run

AWAY = "postgres://latchkey@127.0.0.1:{}/latchkey"


def on_a_shell(*command, database):
    line = [sys.executable, "manage.py", *command]
    environment = os.environ | {"DATABASE_URL": database}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    return done.stderr


UNREADABLE = {
    "missing": "No such file or directory",
    "folder": "Is a directory",
    "binary": "it is no text in UTF-8, at byte 2",
}


@pytest.fixture(params=UNREADABLE)
def bad_file(request, tmp_path):
    """A file, and why it cannot be read."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b'{"\xff')
    return str(tmp_path / request.param), UNREADABLE[request.param]


@pytest.mark.parametrize("command", ["policy_file test", "verify_trail --keys {} --file"])
def test_a_file_that_cannot_be_read_is_named_once_with_the_reason(db, keys, bad_file, command):
    file, why = bad_file
    with pytest.raises(CommandError) as refused:
        run(*command.format(file).split(), file)
    assert str(refused.value) == f"{file} cannot be read: {why}."


def test_an_unreadable_stdin_is_named_with_the_reason(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"\xff'), encoding="utf-8"))
    with pytest.raises(CommandError, match="- cannot be read: it is no text in UTF-8, at byte 2"):
        run("policy_file", "test", "-")


def test_a_trail_in_the_other_format_is_named_as_such(db, keys, tmp_path):
    (tmp_path / "trail.csv").write_text("at,kind\n2026-11-21,signed in\n", encoding="utf-8")
    with pytest.raises(CommandError, match="as one of export_audit --format jsonl"):
        run("verify_trail", "--file", str(tmp_path / "trail.csv"))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["verify_trail", "--known", "7"], "“7” is no checkpoint, such as 7:3f…"),
        (["verify_trail", "--known", "7:xyz"], "“7:xyz” is no checkpoint"),
        (["import_agents", "-", "--most-missing", "300"], "“300” is no number from 0 to 100"),
        (["export_audit", "--since", "0001-01-01"], "is not in a year from 1970 to 9998"),
        (["export_audit", "--since", "2026-11-28", "--until", "2026-11-01"], "--since must be before --until."),
    ],
    ids=lambda it: it if isinstance(it, str) else it[0],
)
def test_an_argument_out_of_its_range_gets_the_range(db, command, sentence):
    with pytest.raises(CommandError) as refused:
        run(*command)
    assert sentence in str(refused.value)
    assert not LoginEvent.objects.exists()


def test_a_database_that_is_away_gets_a_sentence_that_leads_to_the_doctor():
    away = partial(on_a_shell, database=AWAY.format(free_port()))
    with ThreadPoolExecutor() as side_by_side:  # each of them waits for the database
        started = [
            side_by_side.submit(away, *it)
            for it in (["everyone_out", "--why", "leak"], ["backup", "m"], ["drill", "m"])
        ]
    for told in (it.result() for it in started):
        assert "Traceback" not in told
        assert "CREATEDB" not in told
        [sentence] = re.findall(r"The database did not answer as needed: .+ What is wrong: .+ doctor --offline", told)
        assert "{" not in sentence  # though lines of the log may stand beside it


def test_a_database_without_tables_gets_the_same_and_a_traceback_only_if_asked(tmp_path):
    empty = f"sqlite:///{tmp_path}/empty.sqlite3"
    assert "no such table: agents_agent. What is wrong" in on_a_shell("why", "ana@acme.example", database=empty)
    assert "Traceback" in on_a_shell("why", "ana@acme.example", "--traceback", database=empty)


def test_the_state_of_keys_on_a_new_installation_has_a_line_of_its_own_in_the_trail(db):
    run("rotate_keys")
    assert [(it.kind, it.detail) for it in LoginEvent.objects.all()] == [("added", "The keys that were missing.")]
