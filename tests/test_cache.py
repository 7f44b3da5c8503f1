"""Redis as a cache that may be emptied, hang or be gone at any moment: then it is an empty one."""

import pickle
import socketserver
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.utils.module_loading import import_string
from redis import Redis
from structlog.testing import capture_logs

from idp import cache
from idp import settings as configured
from idp.cache import Outage

OPERATIONS = [
    pytest.param(lambda it: it.get("a", "nothing"), "nothing", id="get"),
    pytest.param(lambda it: it.set("a", 1), None, id="set"),
    pytest.param(lambda it: it.add("a", 1), False, id="add"),
    pytest.param(lambda it: it.touch("a"), False, id="touch"),
    pytest.param(lambda it: it.delete("a"), False, id="delete"),
    pytest.param(lambda it: it.has_key("a"), False, id="has"),
    pytest.param(lambda it: it.get_many(["a", "b"]), {}, id="get many"),
    pytest.param(lambda it: it.set_many({"a": 1}), [], id="set many"),
    pytest.param(lambda it: it.delete_many(["a"]), None, id="delete many"),
    pytest.param(lambda it: it.clear(), False, id="clear"),
]


@pytest.fixture
def shared(redis):
    return caches["default"]


@pytest.fixture
def at_once(monkeypatch):
    """Ask again at once of a Redis that was away."""
    monkeypatch.setattr(cache, "PAUSE", 0.0)


def test_the_shared_cache_stores_and_counts_for_every_process(redis, shared):
    shared.set("what", {"is": ["kept", 1, None]})
    shared.set("counter", 1)
    assert (shared.get("what"), shared.incr("counter")) == ({"is": ["kept", 1, None]}, 2)
    assert Redis.from_url(redis.url).keys("latchkey:*")


def test_a_value_written_by_another_program_is_never_executed(redis, shared):
    shared.set("what", "x")
    with Redis.from_url(redis.url) as writer:
        (key,) = writer.keys()
        writer.set(key, pickle.dumps(print))
    assert shared.get("what", "nothing") == "nothing"


@contextmanager
def that_answers(garbage, endlessly=b"", pause=0.0):
    """A server in Redis's place that gives the same answer to everything, or one that never ends."""
    over = Event()

    class Answers(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):
                while self.request.recv(4096):
                    self.request.sendall(garbage)
                    while endlessly and not over.wait(pause):
                        self.request.sendall(endlessly)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
        over.set()
        server.shutdown()


@pytest.mark.parametrize(
    "garbage",
    [
        b":abc\r\n",
        b"*2\r\n:1\r\n:2\r\n",
        b"$2\r\n\xff\xff\r\n",
        b"+OK\r\n",
        b"*1\r\n" * 5000 + b":1\r\n",
        b"$99999999999999999999\r\n",
    ],
    ids=["no number", "two numbers", "not utf-8", "always ok", "a deep list", "longer than any memory"],
)
def test_garbage_in_place_of_redis_is_an_empty_cache(settings, at_once, garbage):
    with that_answers(garbage) as address:
        settings.CACHES = {**settings.CACHES, "default": {**configured.SHARED, "LOCATION": address}}
        assert caches["default"].get("a", "nothing") == "nothing"
        assert not cache.answers()
        with pytest.raises(ValueError, match="no counter"):
            caches["default"].incr("a")


@pytest.mark.parametrize("named", [("redis:", "/0"), ("redis+sentinel:", "/latchkey/0")], ids=["redis", "sentinel"])
@pytest.mark.parametrize(
    "answer",
    [(b"$1000000\r\n", b"x", 0.05), (b"+", b"x", 0.05), (b"*1000000\r\n", b":1\r\n", 0.05), (b"+", b"x" * 65536, 0.0)],
    ids=["a value byte by byte", "a line byte by byte", "a list number by number", "a line without end"],
)
def test_an_answer_of_redis_that_never_ends_keeps_nobody_waiting(settings, at_once, answer, named):
    asked = []
    with that_answers(*answer) as address:
        url = address.replace("redis:", named[0]).replace("/0", named[1])
        settings.CACHES = {**settings.CACHES, "default": {**configured.SHARED, "LOCATION": url}}
        someone = Thread(target=lambda: asked.append(caches["default"].get("a", "nothing")), daemon=True)
        someone.start()
        someone.join(5)
    assert asked == ["nothing"]


@pytest.mark.parametrize("harm", ["kill", "hang"])
@pytest.mark.parametrize(("ask", "told"), OPERATIONS)
def test_without_redis_the_cache_is_empty(redis, shared, ask, told, harm):
    shared.set("a", 1)
    getattr(redis, harm)()
    assert ask(shared) == told


def test_without_redis_nothing_is_counted(redis, shared):
    shared.set("a", 1)
    redis.kill()
    with pytest.raises(ValueError, match="no counter"):
        shared.incr("a")


def test_a_full_redis_is_an_empty_cache_too(redis, shared):
    with Redis.from_url(redis.url) as owner:
        owner.config_set("maxmemory", 1)
        try:
            shared.set("a", 1)
            assert cache.OUTAGE.seen
        finally:
            owner.config_set("maxmemory", 0)


@pytest.fixture
def refusing(redis):
    """A replica: it answers, and takes no writes."""
    with Redis.from_url(redis.url) as owner:
        owner.replicaof("127.0.0.1", 9)
        yield
        owner.replicaof("NO", "ONE")


def test_a_redis_that_refuses_writes_is_not_back_because_it_answers(refusing, shared, at_once):
    with capture_logs() as logs:
        for _ in range(5):
            shared.set("a", 1)
            shared.get("a")
            with suppress(ValueError):
                shared.incr("b")
    assert not cache.answers()
    assert [line["event"] for line in logs] == ["redis_away"]


def test_a_redis_that_takes_writes_again_is_back_although_a_page_read_first(redis, shared, monkeypatch):
    with Redis.from_url(redis.url) as owner:
        owner.replicaof("127.0.0.1", 9)
        shared.set("a", 1)
        owner.replicaof("NO", "ONE")
    later = cache.time.monotonic() + cache.PAUSE
    monkeypatch.setattr(cache.time, "monotonic", lambda: later)
    shared.get("a")
    assert cache.OUTAGE.seen
    shared.set("a", 1)
    assert not cache.OUTAGE.seen


def test_a_monitor_notices_that_redis_refuses_writes_and_that_it_takes_them_again(redis, shared, at_once):
    with Redis.from_url(redis.url) as owner:
        owner.config_set("maxmemory", 1)
        told = cache.answers()
        owner.config_set("maxmemory", 0)
    assert (told, cache.answers()) == (False, True)


def test_a_redis_that_answers_and_fails_by_turns_is_logged_once_a_minute(monkeypatch):
    outage, begun = Outage(), cache.time.monotonic()
    with capture_logs() as logs:
        for seconds in (0, 5, 59, 60):
            monkeypatch.setattr(cache.time, "monotonic", lambda: begun + seconds)  # noqa: B023 - read within its round
            outage.begin(OSError())
            outage.end()
    assert [line["event"] for line in logs] == ["redis_away", "redis_back"] * 2


def test_without_redis_it_is_tried_at_intervals_and_logged_once(redis, shared):
    redis.kill()
    with capture_logs() as logs:
        answers = [shared.get("a") for _ in range(50)]
    assert answers == [None] * 50
    assert [line["event"] for line in logs] == ["redis_away"]


def test_redis_is_used_again_once_it_is_back(redis, shared, at_once):
    redis.kill()
    assert not cache.answers()
    redis.start()
    with capture_logs() as logs:
        shared.set("a", 1)
    assert (shared.get("a"), cache.answers()) == (1, True)
    assert [line["event"] for line in logs] == ["redis_back"]


def test_only_one_request_tries_whether_redis_is_back(monkeypatch):
    outage = Outage()
    outage.begin(OSError())
    assert not outage.may_ask()
    later = cache.time.monotonic() + cache.PAUSE
    monkeypatch.setattr(cache.time, "monotonic", lambda: later)
    assert [outage.may_ask() for _ in range(3)] == [True, False, False]


def test_the_log_of_an_outage_does_not_quote_redis():
    with capture_logs() as logs:
        Outage().begin(OSError("redis://user:password@host"))
    assert "password" not in str(logs)


@pytest.mark.parametrize("backend", [configured.OWN_MEMORY["BACKEND"], configured.SHARED["BACKEND"]])
def test_neither_cache_has_anything_to_close_when_a_request_ends(backend):
    assert import_string(backend).close is BaseCache.close
