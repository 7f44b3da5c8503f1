"""A whole installation in its own processes, on the test's database: gunicorn as in production."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import requests
from django.db import connection

from idp.conf import ROOT
from tests.environment import free_port
from tests.waiting import PATIENCE

HOST = "127.0.0.1"


def on_sqlite():
    return connection.vendor == "sqlite"


def database_url(name=None):
    """The test's own database, or another one of this name, as another process names it."""
    database = connection.settings_dict | ({"NAME": name} if name else {})
    if on_sqlite():
        return f"sqlite:///{database['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


def children_of(pid):
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Installation:
    """Four processes on PostgreSQL, one with threads on SQLite. They end with the `with` block."""

    def __init__(self, folder, *, https=False, socket=None, **environment):
        """`socket`: where it listens too, as behind a proxy on the same computer."""
        self.port, self.log, self.socket = free_port(), folder / "gunicorn.log", socket
        self.url = f"{'https' if https else 'http'}://localhost:{self.port}"
        self.size = 1 if on_sqlite() else 4
        self.environment = os.environ | {
            "LATCHKEY_BASE_URL": self.url,
            "LATCHKEY_LOG_LEVEL": "WARNING",
            "DATABASE_URL": database_url(),
            "WEB_CONCURRENCY": str(self.size),
            **environment,
        }

    def __enter__(self):
        self.start()
        self.wait()
        return self

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{self.port}", "idp.wsgi"]
        command += ["--bind", f"unix:{self.socket}"] if self.socket else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGQUIT)  # without waiting for connections that are kept open
        try:
            self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()

    def workers(self):
        return children_of(self.process.pid)

    def kill_a_worker(self, pick):
        """kill -9; gunicorn starts another in its place. One that nobody has taken leave of yet is dead already."""
        with suppress(ProcessLookupError):
            os.kill(pick.choice(self.workers()), signal.SIGKILL)

    def wait(self):
        """Until it serves with all of its processes; the first of them answers before the last is there."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                answer = requests.get(f"http://{HOST}:{self.port}/healthz", timeout=PATIENCE)
                if answer.status_code == 200 and len(self.workers()) >= int(self.environment["WEB_CONCURRENCY"]):
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())
