"""A gunicorn of its own with the small application below our worker: it starts in a third of a second."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress

from idp.conf import ROOT
from tests.environment import free_port
from tests.races.installation import HOST, PATIENCE, children_of

THREADS, FILES = 4, 64
"""Of a process; the second is how many it may have open."""


class Gunicorn:
    """One that serves it with one process. It ends with the `with` block."""

    def __init__(self, *how):
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--config", "/dev/null", "--bind", f"{HOST}:{self.port}"]
        command += ["--worker-class", "idp.serving.Worker", "--threads", str(THREADS), "--no-control-socket", *how]
        self.process = subprocess.Popen(
            ["sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh", *command, "tests.serving.small_app:application"],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.until(b"Booting worker")
        self.get("/")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # threads of its workers may wait for ever
        self.process.communicate(timeout=PATIENCE)

    def workers(self):
        return children_of(self.process.pid)

    def until(self, words):
        """Wait until it says this."""
        assert any(words in line for line in self.process.stderr)

    @contextmanager
    def calling(self, request=b""):
        """Connect, and say this."""
        with socket.create_connection((HOST, self.port), PATIENCE) as call:
            call.sendall(request)
            yield call

    def get(self, path):
        """Ask on a connection of its own. Returns head and body."""
        with self.calling(get(path, "close")) as call:
            return answer(call)


def get(path, connection="keep-alive", method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\n\r\n".encode()


def answer(call):
    """Read what is said until the other side ends. Returns head and body."""
    said = b""
    while more := call.recv(65536):
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    return head.decode(), body


def hear(call, last):
    """Read what is said up to these words, on a connection that is kept."""
    said = b""
    while not said.endswith(last):
        more = call.recv(65536)
        assert more
        said += more
