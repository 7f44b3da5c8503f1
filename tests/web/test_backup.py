"""A backup is whole, is proved by restoring it elsewhere, and goes nowhere that is not empty."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from pydantic import SecretStr

from idp import clock
from idp.agents import access_passes, cutoffs
from idp.agents.models import Agent
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.conf import ROOT
from idp.keys import keyring
from idp.login.emergency import passes, stops
from idp.policies import in_force
from idp.policies.models import Stop
from idp.sql.former_migrations import FORMER
from idp.web.backup import files, proof
from idp.web.checkup.finding import State
from idp.web.management.commands import restore
from idp.web.operators import links
from tests.another_database import an_empty_database, connected_to
from tests.conftest import NOW, an_agent
from tests.devices import a_phone
from tests.recorded_migrations import recorded
from tests.small_disk import small_disk
from tests.waiting import until
from tests.web.conftest import a_superuser
from tests.web.monitor import record
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database

ORIGIN = Origin(None, "", "")
KIBIBYTE = 1024
NOT_WHOLE = r"damaged or not whole|pg_restore ended with \d"
OTHER_KIND = {"sqlite": files.POSTGRESQL, "postgresql": files.SQLITE}


@pytest.fixture
def place(transactional_db, keys, clock):
    a_phone(an_agent())
    a_service()
    record(Kind.SIGNED_IN)


@pytest.fixture
def file(place, tmp_path):
    call_command("backup", tmp_path / "monday", stderr=StringIO())
    return tmp_path / "monday"


def drill(file):
    said = StringIO()
    call_command("drill", file, stdout=said, stderr=said)
    return said.getvalue()


def test_a_backup_is_for_its_owner_alone_and_would_serve(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    said = drill(file)
    assert "A strict reader takes the answer for flex." in said
    assert f"{Agent.objects.count():,} people, 1 phones and computers signed in." in said  # services were told nothing
    assert "Latchkey could run from this backup." in said
    assert "FAULT" not in said


def test_a_drill_leaves_nothing_behind(file):
    def databases():
        if connection.vendor == "sqlite":
            return []
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'latchkey_drill_%'")
            return cursor.fetchall()

    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(CommandError):
        drill(file)
    assert databases() == []


@pytest.mark.sqlite_only
def test_a_drill_that_is_ended_leaves_no_copy_of_everybody_behind(file, tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    command, env = (sys.executable, "manage.py", "drill", str(file)), {**os.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) as under_way:
        until(lambda: list(folder.glob("*/drill.sqlite3")))
        under_way.terminate()
    with pytest.raises(ProcessLookupError):
        os.killpg(under_way.pid, signal.SIGKILL)  # the restore, if it goes on
    assert (under_way.returncode, list(folder.iterdir())) == (128 + signal.SIGTERM, [])


def test_without_the_key_of_that_time_it_would_not_serve_and_says_what_is_missing(place, settings):
    other = SecretStr(Fernet.generate_key().decode())
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"key_encryption_keys": other})
    keyring._decrypt.cache_clear()
    first, *_ = proof.check(NOW)
    assert (first.subject, first.state) == ("keys", State.FAULT)
    assert "LATCHKEY_KEY_ENCRYPTION_KEYS" in first.fix


def test_with_another_secret_key_it_says_that_nobody_stays_signed_in(phone, settings):
    phone.sign_in()
    assert "secret key" not in [it.subject for it in proof.check(clock.now())]
    settings.SECRET_KEY = "another" * 10
    assert [it.state for it in proof.check(clock.now()) if it.subject == "secret key"] == [State.WARNING]


def test_a_backup_is_never_written_over(file):
    before = file.read_bytes()
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", file)
    assert file.read_bytes() == before


def test_a_backup_that_another_run_has_just_completed_is_not_written_over(transactional_db, tmp_path, monkeypatch):
    begin = os.open

    def begin_after_the_other(*arguments):
        (tmp_path / "monday").write_bytes(b"whole")
        return begin(*arguments)

    monkeypatch.setattr(os, "open", begin_after_the_other)
    with pytest.raises(CommandError, match="there already"):
        call_command("backup", tmp_path / "monday", stderr=StringIO())
    assert [(it.name, it.read_bytes()) for it in tmp_path.iterdir()] == [("monday", b"whole")]


def test_a_database_without_tables_is_not_backed_up(transactional_db, nowhere, tmp_path):
    with pytest.raises(CommandError, match="is DATABASE_URL right"):
        call_command("backup", tmp_path / "monday")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_gets_a_sentence(transactional_db, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("backup", tmp_path / "nowhere" / "monday")


def test_a_full_disk_gets_a_sentence_and_leaves_no_file(transactional_db):
    with small_disk(megabytes=1) as disk:
        disk.fill()
        with pytest.raises(CommandError, match=r"disk is full|No space left"):
            call_command("backup", disk.folder / "monday")
        assert [it.name for it in disk.folder.iterdir()] == ["ballast"]


@pytest.mark.sqlite_only
def test_a_disk_that_fills_up_as_a_backup_is_completed_leaves_no_file(file):
    room, refused = file.stat().st_size, 0
    with small_disk(megabytes=8) as disk, connected_to(NAME=str(file)):
        for spare in range(0, 64 * KIBIBYTE, 8 * KIBIBYTE):
            disk.fill(leaving=room + spare)
            try:
                call_command("backup", disk.folder / "monday", stderr=StringIO())
            except CommandError:
                refused += 1
                assert [it.name for it in disk.folder.iterdir()] == ["ballast"]
            else:
                break
        assert refused > 0


def test_the_rest_of_an_interrupted_backup_is_named_and_not_overwritten(transactional_db, tmp_path):
    (tmp_path / "monday.part").write_bytes(b"half")
    with pytest.raises(CommandError, match="was broken off"):
        call_command("backup", tmp_path / "monday")
    assert [it.name for it in tmp_path.iterdir()] == ["monday.part"]


@pytest.mark.parametrize("bytes_", [b"PK\x03\x04", b"", files.SQLITE[:9]])
def test_a_file_that_is_no_backup_is_rejected(db, tmp_path, bytes_):
    (tmp_path / "file").write_bytes(bytes_)
    with pytest.raises(CommandError, match="no backup"):
        call_command("restore", tmp_path / "file")


def test_a_backup_goes_into_no_database_that_has_tables(file):
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", file)


def test_a_backup_of_another_kind_of_database_is_refused(db, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(OTHER_KIND[connection.vendor] + b"...")
    monkeypatch.setattr(connection.introspection, "table_names", list)
    with pytest.raises(CommandError, match="the same kind"):
        call_command("restore", tmp_path / "file")


@pytest.fixture
def nowhere(monkeypatch):
    """The database seems empty, so that a file is looked at; what is refused touches nothing of it."""
    monkeypatch.setattr(connection.introspection, "table_names", list)


def backup_of(migrations, tmp_path):
    with recorded(migrations):
        call_command("backup", tmp_path / "monday", stderr=StringIO())
    return tmp_path / "monday"


@pytest.mark.parametrize(
    ("migrations", "said"),
    [
        ([("login", "9999_later")], r"newer version, which has login\.9999_later"),
        (sorted(FORMER)[1:], "cannot be migrated"),
    ],
    ids=["newer", "too old"],
)
def test_a_backup_that_this_version_cannot_migrate_is_refused_before_anything_is_written(
    place, tmp_path, request, migrations, said
):
    file = backup_of(migrations, tmp_path)
    request.getfixturevalue("nowhere")
    with pytest.raises(CommandError, match=said):
        call_command("restore", file)


def test_a_backup_from_before_migrations_were_merged_would_serve(place, tmp_path):
    assert "Latchkey could run from this backup." in drill(backup_of(FORMER, tmp_path))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_file_that_was_cut_off_is_refused(file, nowhere, share):
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(CommandError, match=NOT_WHOLE):
        call_command("restore", file)


def _begin_of_a_table(file):
    """Where something stands for sure: any other page may be one that is free."""
    with closing(sqlite3.connect(file)) as kept:
        ((page, size),) = kept.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'agents_agent'"
        )
    return (page - 1) * size


def test_a_file_with_rubbish_in_its_middle_is_refused(file, nowhere):
    whole = bytearray(file.read_bytes())
    begin = len(whole) // 2 if connection.vendor == "postgresql" else _begin_of_a_table(file)
    whole[begin : begin + 4096] = b"\xff" * 4096
    file.write_bytes(whole)
    with pytest.raises(CommandError, match=NOT_WHOLE):
        call_command("restore", file)


@pytest.mark.postgresql_only
def test_what_stands_in_the_way_of_a_restore_is_said_in_one_line_and_nothing_is_left_of_it(file, tmp_path):
    with an_empty_database(tmp_path) as name, connected_to(NAME=name):
        with connection.cursor() as cursor:
            cursor.execute("CREATE VIEW agents_agent AS SELECT 1")
        with pytest.raises(files.BackupError, match=r'ended with 1: .*relation "agents_agent" already exists$'):
            files.load(file)
        assert connection.introspection.table_names() == []


def test_a_program_of_postgresql_that_crashes_on_a_damaged_file_gets_a_sentence(db):
    with pytest.raises(files.BackupError, match=r"ended by SIGSEGV: the backup is damaged or not whole\.$"):
        files._run("sh", "-c", "kill -SEGV $$")


def test_a_database_of_another_program_is_refused(tmp_path, db, nowhere):
    if connection.vendor == "postgresql":  # of which pg_dump would have to make one
        return
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE songs (title)")
    with pytest.raises(CommandError, match="none of Latchkey"):
        call_command("restore", tmp_path / "other")


def test_a_link_into_the_admin_that_a_backup_brings_back_opens_nothing(db, clock):
    link = links.make(a_superuser(), NOW)
    restore.sign_out("monday", stop=False)
    with pytest.raises(links.LinkUsed):
        links.use(link.rsplit("/", 1)[1], NOW)


def test_nobody_gets_in_after_a_restore_that_stops_sign_ins_not_even_with_a_pass(db, clock):
    given = passes.give(an_agent(), passes.USUAL, None, "new phone", origin=ORIGIN, now=NOW)
    restore.sign_out("monday", stop=True)
    assert in_force.look().stopped
    assert not access_passes.admits(given.agent.pk, NOW)
    assert stops.lift(None, ORIGIN, NOW)


def test_after_a_restore_by_a_clock_that_was_hours_ahead_agents_sign_in_at_once(db, clock):
    ana = an_agent()
    before = a_phone(ana)
    clock.shift(timedelta(hours=3))
    assert restore.sign_out("monday", stop=False) == 1
    clock.shift(-timedelta(hours=3))
    assert [cutoffs.is_ended(it) for it in (before, a_phone(ana))] == [True, False]


def test_a_stop_that_a_backup_brings_back_stays(db, clock):
    stops.stop(None, "stolen phones", ORIGIN, NOW)
    restore.sign_out("monday", stop=False)
    assert Stop.objects.in_force().get().why == "stolen phones"
