"""systemd reads the units of deploy/, and rates their sandbox."""

import re
import shlex
import signal
import subprocess
import sys

import pytest
from django.core.management import get_commands

from idp.conf import ROOT

UNITS = ROOT / "deploy" / "systemd"
NAMES = sorted(it.name for it in UNITS.iterdir())
SERVICES = [it for it in NAMES if it.endswith(".service")]
MOST_EXPOSED = 20  # of 100: what is left is the network, which Twilio and PostgreSQL need
WHOLE = {"latchkey@.service": "latchkey@purge.service"}  # a template is read as one that stands for something


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """The units as they would lie in /etc/systemd/system, but for this clone and its user."""
    folder = tmp_path_factory.mktemp("units")
    for name in NAMES:
        text = (UNITS / name).read_text(encoding="utf-8")
        here = text.replace("/srv/latchkey/.venv/bin/python", sys.executable).replace("User=latchkey", "User=daemon")
        here = re.sub(r"/srv/latchkey/\.venv/bin/gunicorn", sys.executable, here).replace("/srv/latchkey", str(ROOT))
        for it in {name, WHOLE.get(name, name)}:
            (folder / it).write_text(here, encoding="utf-8")
    return folder


def analyzed(folder, *arguments):
    done = subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_systemd_understands_every_unit(laid_out):
    assert analyzed(laid_out, "verify", "--man=no", *(f"./{WHOLE.get(it, it)}" for it in NAMES)) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_access_only_to_what_it_needs(name, laid_out):
    unit = f"./{WHOLE.get(name, name)}"
    code, said = analyzed(laid_out, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", unit)
    assert code == 0, said


def test_every_service_has_the_same_sandbox_of_its_own():
    """A drop-in for all of them would be said once, and a unit that was copied without it would run open."""
    walls = {(UNITS / it).read_text(encoding="utf-8").partition("\nUMask=")[2].partition("\n\n")[0] for it in SERVICES}
    alike = {"\n".join(it for it in wall.splitlines() if "@chown" not in it and it[0] != "#").strip() for wall in walls}
    (one,) = alike
    assert "ProtectSystem=strict" in one


@pytest.mark.parametrize("name", SERVICES)
def test_only_gunicorn_may_change_the_owner_of_files(name):
    unit = (UNITS / name).read_text(encoding="utf-8")
    assert ("SystemCallFilter=@chown" in unit) == ("bin/gunicorn" in unit)


def test_a_reload_reaches_the_main_process_where_debian_has_no_program_called_kill():
    """That is in procps, which an empty machine lacks: the reload failed, and the old version went on."""
    (does,) = re.findall(r"^ExecReload=(.*)$", (UNITS / "latchkey.service").read_text(encoding="utf-8"), re.MULTILINE)
    program, *rest = shlex.split(does)
    assert program == "/bin/sh"
    with subprocess.Popen(["/bin/sleep", "60"]) as main:
        subprocess.run([program, *rest], env={"MAINPID": str(main.pid), "PATH": ""}, check=True)
        assert main.wait(10) == -signal.SIGUSR2


@pytest.mark.parametrize("name", [it for it in NAMES if it.endswith(".timer")])
def test_a_timer_runs_an_existing_command(name):
    (command,) = re.findall(r"^Unit=latchkey@(\w+)\.service$", (UNITS / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert get_commands()[command] == "idp.web"
    assert name == f"latchkey-{command}.timer"
