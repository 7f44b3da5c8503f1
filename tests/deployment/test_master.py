"""gunicorn's master, from which all workers are forked: its state when it listens."""

import re
import runpy
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from select import select

import pytest
import requests

from idp.conf import ROOT
from tests.races.installation import HOST, PATIENCE, Installation
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(django_db_setup, tmp_path_factory):
    """One for what neither changes it nor ends it. What is asked of it reads no table."""
    with Installation(tmp_path_factory.mktemp("place")) as running:
        yield running


def listens(place):
    with suppress(ConnectionRefusedError), socket.create_connection((HOST, place.port)):
        return True


def of_master(place, what):
    return Path(f"/proc/{place.process.pid}/{what}").read_text()


@pytest.mark.each_database
def test_the_master_listens_after_loading_the_code_and_forks_without_threads(transactional_db, keys, tmp_path):
    place = Installation(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{HOST}:1", OTEL_EXPORTER_OTLP_TIMEOUT="1")
    place.start()
    with ExitStack() as at_the_end:
        at_the_end.push(place)
        until(lambda: listens(place))
        assert "/xmlsec" in of_master(place, "maps")
        place.wait()
        assert re.search(r"^Threads:\t1$", of_master(place, "status"), re.MULTILINE)


@pytest.mark.each_database
def test_each_process_starts_with_all_threads_and_needs_no_more_when_many_requests_come(place):
    threads = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["threads"]
    for pid in place.workers():
        until(lambda pid=pid: len([*Path(f"/proc/{pid}/task").iterdir()]) > threads)


def test_an_invalid_setting_is_explained_and_nothing_starts(tmp_path):
    place = Installation(tmp_path, LATCHKEY_BASE_URL="nonsense")
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{place.port}", "idp.wsgi"]
    done = subprocess.run(
        command, cwd=ROOT, env=place.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode
    assert "LATCHKEY_BASE_URL" in done.stderr
    assert "What mends each: python manage.py doctor" in done.stderr
    assert "Traceback" not in done.stderr
    assert not listens(place)


def test_an_idle_connection_does_not_delay_a_restart_until_requests_would_be_cut_off(transactional_db, keys, tmp_path):
    graceful_timeout = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["graceful_timeout"]
    with Installation(tmp_path) as place, requests.Session() as browser:
        browser.get(f"http://{HOST}:{place.port}/healthz", timeout=PATIENCE)
        place.process.terminate()
        place.process.wait(timeout=graceful_timeout - 1)


def test_clients_that_do_not_close_their_connection_keep_nobody_waiting(place):
    with ExitStack() as at_the_end:
        for _ in range(15 * place.size):  # gunicorn's own worker would wait two seconds for each of them
            client = at_the_end.enter_context(socket.create_connection((HOST, place.port)))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert requests.get(f"http://{HOST}:{place.port}/healthz", timeout=10).status_code == 200


def test_an_upload_that_is_refused_unread_gets_its_whole_answer_and_no_reset(place):
    with socket.create_connection((HOST, place.port), timeout=PATIENCE) as client:
        kind = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\nConnection: close"
        client.sendall(f"POST /saml/sso HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n\r\n".encode() + b"x" * 50_000)
        answer = b"".join(iter(lambda: client.recv(65_536), b""))  # a reset would raise ConnectionResetError
        assert answer.startswith(b"HTTP/1.1 413 ")


def test_connections_opened_in_advance_take_no_thread(place):
    with ExitStack() as at_the_end:
        for _ in range(15 * place.size):
            at_the_end.enter_context(socket.create_connection((HOST, place.port)))
        assert requests.get(f"http://{HOST}:{place.port}/healthz", timeout=5).status_code == 200


def test_what_is_no_http_keeps_nobody_waiting_while_it_is_logged(place):
    with ExitStack() as at_the_end:
        for _ in range(15 * place.size):
            client = at_the_end.enter_context(socket.create_connection((HOST, place.port)))
            client.sendall(b"A" * 30_000 + b" / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert requests.get(f"http://{HOST}:{place.port}/healthz", timeout=5).status_code == 200


def test_an_address_that_never_ends_is_cut_off(place):
    sent = 0
    with socket.create_connection((HOST, place.port), timeout=PATIENCE) as client, suppress(ConnectionError):
        client.sendall(b"GET /")
        while sent < 100 and not select([client], [], [], 0.05)[0]:
            client.sendall(b"a" * 100_000)
            sent += 1
    assert sent < 10


def test_an_address_that_is_too_long_gets_a_page_that_says_so(place):
    answer = requests.get(f"{place.url}/saml/sso?{'a' * 50_000}", timeout=PATIENCE)
    assert (answer.status_code, "That address is too long" in answer.text) == (414, True)


def test_a_request_for_the_headers_alone_warns_nobody(place):
    for path in ("/healthz", "/", "/admin/"):
        requests.head(f"{place.url}{path}", timeout=PATIENCE)
    assert "HEAD" not in place.log.read_text()
