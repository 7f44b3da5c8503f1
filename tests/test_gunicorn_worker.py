"""gunicorn's worker: every request is answered, and a process whose accepting thread fails makes room for another."""

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from idp.conf import ROOT
from tests.deployment.behind_nginx import until
from tests.environment import free_port

pytestmark = pytest.mark.long

FAILS = """
import threading
from gunicorn.workers.gthread import ThreadWorker
from idp import gunicorn_worker

def fail(_):
    raise RuntimeError("can't start new thread")

threading.Thread(target=threading.Event().wait).start()  # a request that does not end
ThreadWorker.run = fail
gunicorn_worker.END_WITHIN = 1
gunicorn_worker.Worker.__new__(gunicorn_worker.Worker).run()
"""


def test_a_process_that_accepts_no_more_ends_although_a_request_does_not():
    done = subprocess.run(
        [sys.executable, "-c", FAILS], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGALRM
    assert "can't start new thread" in done.stderr


APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "0")])
    return []
"""
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n%s"


@contextmanager
def connected(folder):
    """A client of a server whose application reads no body."""
    (folder / "bodies_unread.py").write_text(APPLICATION)
    port, opened = free_port(), []
    worker = ["--worker-class", "idp.gunicorn_worker.Worker", "--threads", "2", "--keep-alive", "5"]
    where = ["--config", "/dev/null", "--pythonpath", str(folder), "--bind", f"127.0.0.1:{port}", "bodies_unread"]
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", *worker, *where]

    def listens():
        with suppress(ConnectionRefusedError):
            opened.append(socket.create_connection(("127.0.0.1", port), timeout=4))
        return opened

    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            until(listens)
            with opened[0]:
                yield opened[0]
        finally:
            server.send_signal(signal.SIGQUIT)


def test_a_request_that_arrives_with_the_unread_body_of_the_one_before_is_answered(tmp_path):
    with connected(tmp_path) as client:
        client.sendall(POST % b"a=b&" + POST % b"c=d&")
        answers = b""
        while answers.count(b"HTTP/1.1 200 OK") < 2 and (more := client.recv(4096)):
            answers += more
    assert answers.count(b"HTTP/1.1 200 OK") == 2
