"""The primary, or the master of Redis, is gone for good: whoever asks next is at the other, and nothing was lost."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from environ import Env

from idp import cache
from idp.cache import RedisThatMayBeAway
from idp.postgresql.base import DatabaseWrapper
from idp.settings import DATABASES, POOL
from tests.cluster.postgresql import Pair
from tests.cluster.processes import until
from tests.cluster.redis import Watched

pytestmark = pytest.mark.slow
COMMITTED = "SELECT count(*) FROM revoked"


@pytest.fixture
def pair(django_db_blocker):
    with TemporaryDirectory() as named, django_db_blocker.unblock():
        folder = Path(named)
        folder.chmod(0o755)  # PostgreSQL's own user goes through it
        pair = Pair(folder / "postgresql")
        try:
            pair.start().replicate()
            yield pair
        finally:
            pair.kill()


@pytest.fixture
def redis(tmp_path):
    watched = Watched(tmp_path / "redis")
    try:
        yield watched.start()
    finally:
        watched.kill()


def as_in_settings(url):
    """A connection by way of the pool, as requests take one."""
    settings = {**DATABASES["default"], **Env.db_url_config(url), "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    settings["OPTIONS"] = {**settings["OPTIONS"], "pool": POOL}
    defaults = {"AUTOCOMMIT": True, "TIME_ZONE": None, "ATOMIC_REQUESTS": False, "TEST": {}}
    return DatabaseWrapper(defaults | settings, alias="pair")


def test_a_revocation_just_before_a_primary_fails_is_known_to_its_replica(pair):
    connection = as_in_settings(pair.url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE revoked (token integer)")
            for token in range(100):
                cursor.execute("INSERT INTO revoked VALUES (%s)", [token])
        connection.close()
        pair.fail_over(unnoticed=0)
        with connection.cursor() as cursor:
            assert cursor.execute(COMMITTED).fetchone() == (100,)
    finally:
        connection.close()
        connection.close_pool()


def test_the_cache_follows_sentinel_to_a_new_redis_master(redis, monkeypatch):
    monkeypatch.setattr(cache, "PAUSE", 0.0)
    shared = RedisThatMayBeAway(redis.url, {})
    shared.set("a", 1)
    assert shared.get("a") == 1
    redis.fail_over()
    until(lambda: shared.set("b", 2) or shared.get("b") == 2, "that a process finds the other Redis")
    assert not cache.OUTAGE.seen
