"""A newcomer's first minute: `make demo` in an empty clone."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

import pytest
import requests

from idp.conf import ROOT
from tests.environment import ENVIRONMENT
from tests.phone import NUMBER, Phone
from tests.user_agents import IPHONE
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

READY = 240
PATIENCE = 30


def three_free_ports():
    """Find a port whose next two are free as well."""
    for first in range(20_000, 30_000, 7):
        try:
            with socket.socket() as one, socket.socket() as two, socket.socket() as three:
                for probe, port in ((one, first), (two, first + 1), (three, first + 2)):
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def environment(**more):
    """The environment of a person who has set nothing for Latchkey."""
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    return {name: value for name, value in kept.items() if not name.startswith(("DJANGO_", "DATABASE_"))} | more


class Demo:
    """A running `make demo` in some folder."""

    def __init__(self, folder, port, *command, **more):
        self.port = port
        self.process = subprocess.Popen(
            command or ("make", "demo"),
            cwd=folder,
            env=environment(PORT=str(port), **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output = ""
        watchdog = threading.Timer(READY, self.process.kill)
        watchdog.start()
        for line in self.process.stdout:
            self.output += line
            if "Stop: Ctrl+C" in line:
                break
        watchdog.cancel()

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE)
        self.process.stdout.close()
        return code

    @property
    def link(self):
        return re.search(r"http://localhost:\d+/admin/enter/\S+", self.output)[0]


class Outbox:
    """The emulator's outbox, read over HTTP as a script would."""

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}/outbox.json"
        self.state = self

    def messages(self, number, after=0, wait=0):
        found = requests.get(self.address, params={"to": number, "after": after, "wait": wait}, timeout=PATIENCE).json()
        return [type("Message", (), it) for it in found]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A folder with what a clone would hold."""
    folder = tmp_path_factory.mktemp("clone")
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.splitlines():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, target)
    return folder


@pytest.fixture(scope="module")
def demo(clone):
    running = Demo(clone, three_free_ports())
    yield running
    running.stop()


@pytest.mark.usefixtures("_network")
class TestMakeDemo:
    """In the order in which a person would go about it; one demo serves them all."""

    def test_the_demo_prints_its_progress_and_its_addresses(self, demo):
        assert re.search(r"Ready in \d+ s", demo.output)
        for port in range(demo.port, demo.port + 3):
            assert f":{port}/" in demo.output
        assert "docs/explanation/architecture.md" in demo.output
        assert "Traceback" not in demo.output

    def test_an_agent_signs_in_and_the_next_time_is_silent(self, demo):
        phone = Phone(f"http://127.0.0.1:{demo.port + 2}", Outbox(demo.port + 1), IPHONE)
        assert phone.sign_in(NUMBER)["attributes"]["full_name"] == ["Ana García"]
        assert phone.sign_in_silently()["signed_in"]

    def test_the_link_to_the_admin_works_once(self, demo):
        with requests.Session() as browser:
            page = browser.get(demo.link, timeout=PATIENCE).text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
            opened = browser.post(demo.link, {"csrfmiddlewaretoken": token}, timeout=PATIENCE)
        assert "Olivia Operator" in page
        assert (opened.status_code, opened.url) == (200, f"http://localhost:{demo.port}/admin/")
        assert requests.get(demo.link, timeout=PATIENCE).status_code == 410

    @pytest.mark.usefixtures("demo")
    def test_the_demos_secrets_are_readable_by_this_user_only(self, clone):
        assert stat.S_IMODE((clone / "var/demo.env").stat().st_mode) == 0o600

    def test_a_port_in_use_gets_one_sentence_with_the_remedy(self, demo, clone):
        second = Demo(clone, demo.port)
        assert second.stop() != 0
        last = second.output.strip().splitlines()
        assert any(f"Port {demo.port} is used by another program" in line and "PORT=" in line for line in last)
        assert "Traceback" not in second.output

    @pytest.mark.usefixtures("demo")
    def test_management_commands_work_on_the_demo(self, clone):
        shown = subprocess.run(
            [clone / ".venv/bin/python", "manage.py", "check"],
            cwd=clone,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert "no issues" in shown.stdout

    def test_the_demo_stops_all_three_servers_and_starts_again_with_its_data(self, demo, clone):
        assert demo.stop() in {0, 2, -signal.SIGTERM}
        for port in range(demo.port, demo.port + 3):
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0
        again = Demo(clone, demo.port)
        phone = Phone(f"http://127.0.0.1:{demo.port + 2}", Outbox(demo.port + 1), IPHONE)
        assert phone.sign_in(NUMBER)["signed_in"]
        again.stop()
        assert "Installing" not in again.output


def test_a_demo_that_is_ended_while_its_server_starts_leaves_none_behind(clone):
    command, port, log = (sys.executable, "manage.py", "demo"), str(three_free_ports()), clone / "var/demo.log"
    with subprocess.Popen(
        command, cwd=clone, env=environment(PORT=port), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        assert any("Starting the servers" in line for line in demo.stdout)
        said = log.stat().st_size
        until(lambda: log.stat().st_size > said)  # the first words of the server, before it can answer
        demo.terminate()
        code = demo.wait(PATIENCE)
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, signal.SIGKILL)  # whoever is left
    assert code == 128 + signal.SIGTERM


WAITING = """
import signal, sys, threading
import django
django.setup()
from idp.demo.management.commands import demo

def another_signal(frame, *_):
    if frame.f_code.co_filename == threading.__file__:
        signal.raise_signal(signal.SIGTERM)
    return another_signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("waiting", flush=True)
sys.settrace(another_signal)
demo._wait_for_signal()
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.settrace(None)
"""
"""Waits for a signal, with another one whenever Python's own locks are in use."""


def test_the_demo_ends_even_if_many_signals_come_at_once():
    with subprocess.Popen([sys.executable, "-c", WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout.readline() == "waiting\n"
        until = time.monotonic() + PATIENCE
        while waiting.poll() is None and time.monotonic() < until:
            waiting.terminate()
        waiting.kill()
    assert waiting.returncode == 0


@pytest.fixture
def _network(socket_enabled):
    """These tests start programs of their own, which reach the package index."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for environments. Whoever needs one that is in order makes it, and the next test goes on with it."""
    folder = tmp_path_factory.mktemp("environments")
    shutil.copytree(ROOT / "bin", folder / "bin")
    return folder


def make_environment(folder, uv):
    """Run `bin/environment` in a folder with nothing to install, and with this as uv."""
    (folder / "requirements.txt").write_text("")
    (folder / "uv").write_text(f"#!/bin/sh\n{uv}\n")
    (folder / "uv").chmod(0o755)
    return subprocess.run(
        [folder / "bin/environment", "requirements.txt"],
        env=environment(PATH=f"{folder}:{os.environ['PATH']}"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_an_environment_of_another_python_is_made_anew(folder):
    shutil.rmtree(folder / ".venv", ignore_errors=True)
    another = folder / ".venv/bin/python"
    another.parent.mkdir(parents=True)
    another.write_text('#!/bin/sh\necho "3.11.0 (another one)"\n')
    another.chmod(0o755)
    assert make_environment(folder, uv="exit 0").returncode == 0
    assert subprocess.check_output([another, "-c", "print(1 + 1)"], text=True) == "2\n"


@pytest.mark.parametrize(
    ("more", "sentence", "code"),
    [
        ({"PYTHON": "/no/such/python"}, "Python is missing", 10),
        ({"PYTHON": "./old-python"}, "Python 3.11 or newer is needed", 11),
        ({"UV_INDEX_URL": "http://127.0.0.1:9/", "PIP_INDEX_URL": "http://127.0.0.1:9/"}, "could not be installed", 13),
    ],
    ids=["no Python", "an old Python", "no network"],
)
def test_an_unmet_prerequisite_is_explained_in_one_sentence(folder, more, sentence, code):
    shutil.copy2(ROOT / "requirements.txt", folder)
    old = folder / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2"\nexit 1\n')
    old.chmod(0o755)
    index = {"PIP_CONFIG_FILE": "/dev/null", "PIP_EXTRA_INDEX_URL": "", "UV_NO_CONFIG": "1"}
    told = subprocess.run(
        [folder / "bin/environment", "requirements.txt"],
        env=environment(**(index | more)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert told.returncode == code
    assert sentence in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1


def test_packages_are_installed_by_pip_where_uv_reaches_no_index(folder):
    installed = folder / ".venv/installed-requirements"
    installed.unlink(missing_ok=True)
    made = make_environment(folder, uv='echo "uv reads no pip.conf" >&2; exit 2')
    assert (made.returncode, made.stderr) == (0, "")
    assert installed.exists()
