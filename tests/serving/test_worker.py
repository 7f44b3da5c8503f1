"""The worker: nobody who says nothing, says half, or does not leave keeps a thread from those who ask."""

import os
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn, ThreadWorker

from idp.serving import Worker
from tests.races.installation import PATIENCE
from tests.serving.served import FILES, THREADS, Gunicorn, answer, get, hear
from tests.serving.small_app import LONG

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module", autouse=True)
def hanging():
    """One all of whose threads hang. gunicorn needs seconds to notice, in which the other tests run."""
    with Gunicorn("--timeout", "1") as hanging, ExitStack() as calls:
        hanging.before = hanging.workers()
        for _ in range(THREADS):
            calls.enter_context(hanging.calling(get("/wait")))
        yield hanging


@pytest.fixture(scope="module")
def gunicorn():
    """One that keeps what is silent for longer than a test waits."""
    with Gunicorn("--keep-alive", "90") as running:
        yield running


@pytest.fixture
def many(gunicorn):
    """Have more call than there are threads, each of whom says this."""
    with ExitStack() as calls:
        yield lambda said, times=2 * THREADS: [calls.enter_context(gunicorn.calling(said)) for _ in range(times)]


def test_who_connects_and_says_nothing_keeps_nobody_waiting(gunicorn, many):
    silent = many(b"")
    assert gunicorn.get("/hello")[1] == b"/hello"
    silent[0].sendall(get("/late", "close"))
    assert answer(silent[0])[1] == b"/late"


def test_of_more_silent_ones_than_there_is_room_for_the_oldest_has_to_go(gunicorn, many):
    silent = many(b"", 2 * FILES)
    assert gunicorn.get("/hello")[1] == b"/hello"
    assert silent[0].recv(1) == b""


def test_who_does_not_leave_after_the_answer_keeps_nobody_waiting(gunicorn, many):
    many(get("/stays", "close"))
    many(b"nonsense\r\n\r\n")
    assert gunicorn.get("/hello")[1] == b"/hello"


def test_who_stops_in_the_middle_of_a_request_is_given_up(gunicorn, many):
    began = many(b"GET /half HT")
    assert gunicorn.get("/hello")[1] == b"/hello"
    assert all(it.recv(1) == b"" for it in began)


def test_others_step_in_for_threads_that_wait(gunicorn, many):
    waiting = many(get("/wait", "close"), THREADS - 1)
    many(get("/gone"), 1)[0].close()
    assert gunicorn.get("/go")[1] == b"/go"
    assert [answer(it)[1] for it in waiting] == [b"/wait"] * len(waiting)


def test_a_connection_that_is_kept_is_asked_again(gunicorn, many):
    (call,) = many(get("/one"), 1)
    hear(call, b"\r\n\r\n/one")
    call.sendall(get("/two", "close", "HEAD"))
    head, body = answer(call)
    assert "Content-Length: 4" in head
    assert body == b""


def test_an_answer_arrives_whole_though_the_request_was_not_read_to_its_end(gunicorn, many):
    head = b"POST /%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n"
    (unread, read) = many(head % b"long", 1) + many(head % b"read", 1)
    unread.sendall(LONG)
    assert answer(unread)[1] == LONG
    read.sendall(LONG)
    assert answer(read)[1] == b"300000"


def test_who_does_not_take_the_answer_is_given_up(gunicorn, many):
    many(get("/huge", "close"))
    assert gunicorn.get("/hello")[1] == b"/hello"


def test_requests_that_come_together_are_answered_together(many):
    (call,) = many(get("/one") + get("/two") + get("/three", "close"), 1)
    said = b"".join(answer(call)[1:])
    assert b"/two" in said
    assert said.endswith(b"/three")


def test_a_later_request_is_refused_in_words_too_though_it_was_not_read_to_its_end(many):
    (call,) = many(get("/one"), 1)
    hear(call, b"\r\n\r\n/one")
    call.sendall(b"nonsense\r\n" + LONG[:60_000])
    assert answer(call)[0].startswith("HTTP/1.1 400 ")


def test_a_process_that_may_open_no_more_takes_who_came_later():
    with Gunicorn() as gunicorn, gunicorn.calling(get("/full", "close")) as full:
        before = gunicorn.workers()
        time.sleep(0.1)
        assert gunicorn.get("/hello")[1] == b"/hello"
        assert answer(full)[1] == b"/full"
        assert gunicorn.workers() == before


def test_threads_that_make_room_at_once_do_not_trip_over_each_other(monkeypatch):
    monkeypatch.setattr(ThreadWorker, "init_process", lambda _: None)
    worker = Worker(1, os.getppid(), [], None, 60, Config(), None)
    worker.PIPE, worker.max_keepalived = os.pipe(), 2
    worker.init_process()

    def park(_):
        for _ in range(3000):
            worker._park(TConn(worker.cfg, socket.socket(), None, None), 0)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(park, range(4))) == [None] * 4
    finally:
        sys.setswitchinterval(interval)
    worker._tick(0)
    assert not worker._parked
    worker.tmp.close()
    worker._door.close()
    for it in (worker._over, *worker.PIPE):
        os.close(it)


def test_what_is_no_request_is_refused_in_plain_words(gunicorn, many):
    head, body = answer(many(b"nonsense\r\n\r\n", 1)[0])
    assert head.startswith("HTTP/1.1 400 ")
    assert b"Invalid Request Line" in body


def test_when_it_is_told_to_end_requests_under_way_are_answered_and_kept_connections_too():
    with Gunicorn("--keep-alive", "90") as gunicorn, ExitStack() as calls:
        waiting, kept = (calls.enter_context(gunicorn.calling(get(path))) for path in ("/wait", "/kept"))
        hear(kept, b"/kept")
        gunicorn.process.send_signal(signal.SIGTERM)
        gunicorn.until(b"Handling signal: term")
        kept.sendall(get("/go"))
        assert answer(kept)[1] == b"/go"
        assert answer(waiting)[1] == b"/wait"
        assert gunicorn.process.wait(PATIENCE) == 0


def test_a_process_all_of_whose_threads_hang_is_replaced(hanging):
    assert hanging.get("/hello")[1] == b"/hello"
    assert hanging.workers() != hanging.before
