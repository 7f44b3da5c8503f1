"""gunicorn's worker: a connection is for one request, and a process that can accept no more makes room for another."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
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

PATHS = []

def application(environ, start_response):
    PATHS.append(environ["PATH_INFO"])
    if environ["PATH_INFO"] == "/exit":
        raise SystemExit
    if environ["PATH_INFO"] == "/open-no-more":
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    start_response("200 OK", [])
    return [" ".join(PATHS).encode() if PATHS[-1] == "/paths" else str(os.getpid()).encode()]
"""


AMBIGUOUS = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: +5",
    "Content-Length: 5, 6",
    "Content-Length : 5",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "X: y\r\n Transfer-Encoding: chunked",
]
"""Headers that two programs may read differently: RFC 9112, sections 5 and 6."""


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


def is_stopped(process):
    """Whether each of its threads has stopped, which takes a moment where others keep the processors busy."""
    states = [it.read_text().rpartition(")")[2].split()[0] for it in Path(f"/proc/{process}/task").glob("*/stat")]
    return set(states) == {"T"}


@pytest.mark.long
def test_a_request_whose_client_hung_up_while_it_was_queued_is_not_carried_out(tmp_path):
    with serving(tmp_path) as server:
        worker = int(requests.get(server, timeout=20).text)
        os.kill(worker, signal.SIGSTOP)
        until(lambda: is_stopped(worker))
        try:
            with pytest.raises(requests.ReadTimeout):
                requests.get(f"{server}/abandoned", timeout=0.2)
        finally:
            os.kill(worker, signal.SIGCONT)
        paths = [requests.get(f"{server}/paths", timeout=20).text for _ in range(3)]
        assert "/abandoned" not in paths[-1]


@pytest.mark.long
def test_an_answer_says_that_its_connection_ends_so_that_a_proxy_opens_another(tmp_path):
    with serving(tmp_path) as server:
        answer = requests.get(server, headers={"Connection": "keep-alive"}, timeout=20)
    assert answer.headers["Connection"] == "close"


@pytest.mark.long
def test_a_request_whose_end_is_ambiguous_is_rejected_and_hides_no_second_one(tmp_path):
    with serving(tmp_path) as server:
        told = {head: answers(server, head) for head in AMBIGUOUS}
        assert answers(server, "Content-Length: 5") == ["200"]
    assert told == {head: ["400"] for head in AMBIGUOUS}


def answers(server, head):
    """The status of each answer to a request with this header, whose body a proxy might take for a second request."""
    body = "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(server.rpartition(":")[2])), timeout=20) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{body}".encode())
        with client.makefile("rb") as answer:
            return re.findall(r"HTTP/1\.1 (\d+)", answer.read().decode())


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
