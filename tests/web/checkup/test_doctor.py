"""`manage.py doctor` as a person runs it, wherever things are broken: one cause, one fix, no traceback."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from idp.conf import ROOT
from tests.environment import VERIFY_PASSWORD

pytestmark = pytest.mark.slow
NO_DATABASE = {"DATABASE_URL": "postgres://latchkey:password-of-the-database@127.0.0.1:9/latchkey"}


def doctor(*arguments, **environment):
    """Run the command in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = ended.stdout + ended.stderr
    for hidden in (
        "Traceback",
        VERIFY_PASSWORD,
        "password-of-the-database",
        os.environ["LATCHKEY_KEY_ENCRYPTION_KEYS"],
    ):
        assert hidden not in said
    return ended


def faults(ended):
    """What is at fault, as {sentence: fix}."""
    found = json.loads(ended.stdout)["findings"]
    return {it["sentence"]: it["fix"] for it in found if it["state"] == "fault"}


def test_a_place_in_order_ends_with_0_and_says_so_line_by_line(live_server, verify, keys):
    of_tests = connection.settings_dict
    login = f"{of_tests['USER']}:{of_tests['PASSWORD']}@{of_tests['HOST']}:{of_tests['PORT']}"
    url = {"sqlite": f"sqlite:///{of_tests['NAME']}", "postgresql": f"postgres://{login}/{of_tests['NAME']}"}
    ended = doctor(DATABASE_URL=url[connection.vendor])
    assert (ended.returncode, ended.stdout.count("FAULT")) == (0, 0), ended.stdout
    for subject in ("address", "clock", "database", "HTTPS", "keys", "policy", "program", "proxies", "Verify"):
        assert f" {subject} " in ended.stdout
    assert "in order." in ended.stderr


def test_a_place_where_twilio_is_away_ends_with_1_and_offline_with_0(db, keys, settings):
    away = settings.LATCHKEY.twilio.model_copy(update={"base_url": "http://127.0.0.1:9"})
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"twilio": away})
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    assert "FAULT        Verify     Twilio Verify cannot be reached" in out.getvalue()
    call_command("doctor", "--offline", stdout=out, stderr=StringIO())


def test_every_faulty_setting_is_listed_with_its_fix():
    ended = doctor(
        "--json", LATCHKEY_SECRET_KEY="short", TWILIO_VERIFY_SERVICE_SID="VA1", LATCHKEY_TRUSTED_PROXIES="many"
    )
    assert ended.returncode == 1
    found = faults(ended)
    assert any("secrets.token_urlsafe" in fix for fix in found.values())
    assert any("TWILIO_VERIFY_SERVICE_SID is missing or malformed." in it for it in found)
    assert any("LATCHKEY_TRUSTED_PROXIES" in it for it in found)
    assert all(found.values())
    assert "Latchkey cannot start: 3 at fault" in ended.stderr


@pytest.mark.parametrize("url", ["postgres://[bad", "postgres://u:password-of-the-database@host:port/x", "mysql://h/x"])
def test_an_unreadable_database_address_is_reported(url):
    ended = doctor(DATABASE_URL=url)
    assert ended.returncode == 1
    assert "DATABASE_URL" in ended.stdout
    assert "→ " in ended.stdout


def test_a_database_that_is_away_is_one_fault_and_the_rest_waits_for_it():
    ended = doctor("--json", "--offline", **NO_DATABASE)
    assert ended.returncode == 1
    (told,) = faults(ended)
    assert told == "The database at 127.0.0.1, port 9, cannot be used."


@pytest.mark.parametrize(
    ("content", "said", "fix"),
    [
        (None, "There is no database yet.", "Run: python manage.py migrate"),
        (b"", "There is no database yet.", "Run: python manage.py migrate"),
        (b"not a database at all, but long enough" * 30, "The file of the database is damaged.", "Restore it"),
    ],
)
def test_a_file_that_is_no_database_is_reported_and_not_changed(tmp_path, content, said, fix):
    file = tmp_path / "latchkey.sqlite3"
    if content is not None:
        file.write_bytes(content)
    found = faults(doctor("--json", "--offline", DATABASE_URL=f"sqlite:///{file}"))
    assert list(found) == [said]
    assert found[said].startswith(fix)
    assert (file.read_bytes() if file.exists() else None) == content


def test_a_database_without_tables_is_reported(tmp_path):
    import sqlite3

    file = tmp_path / "latchkey.sqlite3"
    sqlite3.connect(file).execute("CREATE TABLE other (x)").connection.close()
    (told,) = faults(doctor("--json", "--offline", DATABASE_URL=f"sqlite:///{file}"))
    assert "migrations are not applied" in told


def test_incompatible_libraries_are_reported(tmp_path):
    (tmp_path / "xmlsec.py").write_text("raise ImportError('lxml & xmlsec libxml2 library version mismatch')")
    ended = doctor(PYTHONPATH=str(tmp_path))
    assert ended.returncode == 1
    assert "A package cannot be imported" in ended.stdout
    assert "lxml and xmlsec together" in ended.stdout
