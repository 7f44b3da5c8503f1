"""What the doctor says of Redis: never a fault, since nobody is kept out."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from idp.web.checkup import all_subjects
from idp.web.checkup import redis as redis_checkup
from idp.web.checkup.finding import State, in_order
from tests.conftest import NOW
from tests.environment import free_port
from tests.redis_server import RedisServer
from tests.test_cache import that_answers
from tests.web.web_server import Authority


@pytest.fixture
def look(settings):
    """Look, and return the state and the sentence of the one finding."""

    def look(**changed):
        (found,) = redis_checkup.check(settings.LATCHKEY.model_copy(update=changed))
        assert found.state == State.OK or found.fix
        return found.state, found.sentence

    return look


def test_a_redis_that_answers_is_in_order(redis, look):
    assert look() == (State.OK, "Redis answers and accepts writes.")


def test_a_redis_that_is_gone_is_a_warning_with_its_address(redis, look):
    redis.kill()
    state, sentence = look(redis_url=f"redis://user:password@127.0.0.1:{redis.port}")
    assert state == State.WARNING
    assert f"127.0.0.1, port {redis.port} does not answer" in sentence
    assert "password" not in sentence


def test_a_redis_that_hangs_is_a_warning(redis, look):
    redis.hang()
    assert "does not answer in time" in look()[1]


def test_a_wrong_password_of_redis_is_named(redis, look):
    assert "refuses our user or password" in look(redis_url=f"redis://nobody:wrong@127.0.0.1:{redis.port}")[1]


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b":abc\r\n", b"$-1\r\n"])
def test_another_program_in_place_of_redis_is_named(look, garbage):
    with that_answers(garbage) as address:
        assert look(redis_url=address)[1].startswith("What answers at 127.0.0.1, port ")


def test_a_redis_whose_certificate_has_expired_is_named(look, tmp_path):
    issuer, port = Authority(tmp_path), free_port()
    own = str(issuer.certify(lasts=timedelta(days=-1)))
    tls = ["--tls-cert-file", own, "--tls-key-file", own, "--tls-ca-cert-file", str(issuer.path)]
    with RedisServer("--tls-port", str(port), "--tls-auth-clients", "no", *tls):
        said = look(redis_url=f"rediss://localhost:{port}/0?ssl_ca_certs={issuer.path}")[1]
    assert said.startswith(f"Redis at localhost, port {port} and this computer do not agree on TLS")


@contextmanager
def only_one(redis, setting, *, usual):
    with Redis.from_url(redis.url) as owner:
        owner.config_set(setting, 1)
        try:
            yield
        finally:
            owner.config_set(setting, usual)


def test_a_redis_without_memory_is_named(redis, look):
    with only_one(redis, "maxmemory", usual=0):
        assert "rejects writes" in look()[1]


def test_a_redis_without_a_connection_left_is_named(redis, look):
    with only_one(redis, "maxclients", usual=10_000):
        assert "has no connection left" in look()[1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"-LOADING Redis is loading the dataset in memory\r\n", "is still loading its data"),
        (b"-MOVED 3999 192.0.2.7:6379\r\n", "is part of a cluster"),
        (b"-MASTERDOWN Link with MASTER is down\r\n", "rejects writes"),
    ],
)
def test_a_redis_that_says_why_it_takes_nothing_is_judged_by_that(look, answer, said):
    with that_answers(answer) as address:
        assert said in look(redis_url=address)[1]


@pytest.mark.parametrize("number", [0, 1])
def test_a_redis_of_a_cluster_is_named(look, tmp_path, number):
    alone = "--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--dir", str(tmp_path)
    with RedisServer(*alone) as cluster:
        assert "is part of a cluster" in look(redis_url=f"redis://127.0.0.1:{cluster.port}/{number}")[1]


def test_a_number_that_redis_has_no_database_of_is_named(redis, look):
    assert "has no database of that number" in look(redis_url=f"redis://127.0.0.1:{redis.port}/99")[1]


def test_a_redis_in_protected_mode_is_named():
    refused = redis_checkup.away(
        ResponseError("DENIED Redis is running in protected mode because …"), "cache, port 6379"
    )
    assert refused.sentence.startswith("Redis at cache, port 6379 accepts only programs of its own computer")
    assert "requirepass" in refused.fix


def test_a_socket_that_is_not_there_is_named(look):
    assert "/nowhere/redis.sock" in look(redis_url="unix:///nowhere/redis.sock")[1]


@pytest.mark.parametrize(("workers", "told"), [("", []), ("1", []), ("4", [State.WARNING]), ("many", [])])
def test_many_processes_need_redis_and_a_single_one_does_not(settings, monkeypatch, workers, told):
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    conf = settings.LATCHKEY.model_copy(update={"redis_url": ""})
    assert [it.state for it in redis_checkup.check(conf)] == told


def test_an_installation_without_redis_is_in_order(db, redis, settings, keys):
    redis.kill()
    found = all_subjects.check_everything(settings.LATCHKEY, NOW, online=False)
    assert [it.state for it in found if it.subject == redis_checkup.SUBJECT] == [State.WARNING]
    assert in_order(it for it in found if it.subject == redis_checkup.SUBJECT)
