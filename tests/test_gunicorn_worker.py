"""gunicorn's worker: a connection is for one request, and a process that can accept no more makes room for another."""

import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager, suppress
from subprocess import DEVNULL

import pytest
import requests

from idp import gunicorn_worker
from idp.conf import ROOT
from tests.environment import free_port
from tests.waiting import until

APPLICATION = """
import os
import resource

def application(environ, start_response):
    if environ["PATH_INFO"] == "/exit":
        raise SystemExit
    if environ["PATH_INFO"] == "/open-no-more":
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    start_response("200 OK", [])
    return [str(os.getpid()).encode()]
"""


@contextmanager
def serving(folder):
    """The address of a server with two threads, which answers with the number of its process."""
    (folder / "an_application.py").write_text(APPLICATION)
    port = free_port()
    worker = ["--worker-class", "idp.gunicorn_worker.Worker", "--threads", "2", "--no-control-socket"]
    where = ["--config", "/dev/null", "--pythonpath", str(folder), "--bind", f"127.0.0.1:{port}", "an_application"]
    with subprocess.Popen([sys.executable, "-m", "gunicorn", *worker, *where], cwd=ROOT, stderr=DEVNULL) as server:
        try:
            until(lambda: listens(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGQUIT)


def listens(port):
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True


@pytest.mark.long
def test_a_process_that_may_open_no_more_files_makes_room_for_another(tmp_path):
    with serving(tmp_path) as server:
        first = requests.get(f"{server}/open-no-more", timeout=20).text
        until(lambda: requests.get(server, timeout=20).text != first)


@pytest.mark.long
def test_a_request_that_would_end_its_thread_gets_an_error_and_the_next_one_its_answer(tmp_path):
    with serving(tmp_path) as server:
        first = requests.get(server, timeout=20).text
        assert [requests.get(f"{server}/exit", timeout=20).status_code for _ in range(3)] == [500, 500, 500]
        assert requests.get(server, timeout=20).text == first


@pytest.mark.long
def test_an_answer_says_that_its_connection_ends_so_that_a_proxy_opens_another(tmp_path):
    with serving(tmp_path) as server:
        answer = requests.get(server, headers={"Connection": "keep-alive"}, timeout=20)
    assert answer.headers["Connection"] == "close"


def test_a_client_that_sends_half_a_request_holds_a_thread_for_10_seconds_at_most():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        client, _ = gunicorn_worker.next_client(listener)
        with client:
            limit = client.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
    assert struct.unpack("ll", limit) == (10, 0)


def test_a_thread_without_a_connection_looks_each_second_whether_its_process_ends():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)  # as a new master leaves it
        assert gunicorn_worker.next_client(listener) is None
        limit = listener.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)
    assert struct.unpack("ll", limit) == (1, 0)
