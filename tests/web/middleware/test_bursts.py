"""One address that asks too often: counted by all processes together, and by each alone if it must be."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from redis import Redis

from idp.web.middleware import bursts
from tests.conftest import NOW
from tests.races.concurrent import at_once

pytestmark = pytest.mark.each_database

MOST = 5


@pytest.fixture
def limited(settings, db):
    """Let few requests a minute be too many."""
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"requests_a_minute": MOST})
    caches["own"].clear()


def ask(path="/", address="192.0.2.1", times=1):
    return [Client(REMOTE_ADDR=address).get(path) for _ in range(times)][-1]


def test_too_many_requests_are_answered_by_a_page_that_says_when_to_come_again(limited, clock):
    assert ask(times=MOST).status_code == 200
    page = ask()
    assert (page.status_code, page["Cache-Control"]) == (429, "no-store")
    assert 30 < int(page["Retry-After"]) <= 60  # the minute has just begun
    assert "Too many requests from your network" in page.content.decode()
    assert page["X-Reference"] in page.content.decode()


def test_the_next_minute_is_a_new_one(limited, clock):
    ask(times=MOST + 1)
    clock.shift(timedelta(minutes=1))
    assert ask().status_code == 200


def test_another_address_is_not_limited(limited, clock):
    ask(times=MOST + 1)
    assert ask(address="192.0.2.2").status_code == 200


def test_a_network_of_ipv6_is_one_address(limited, clock):
    for nth in range(MOST + 1):
        ask(address=f"2001:db8::{nth}")
    assert ask(address="2001:db8::ffff").status_code == 429
    assert ask(address="2001:db8:0:1::1").status_code == 200


@pytest.mark.parametrize("path", ["/saml/metadata", "/healthz", "/.well-known/jwks.json"])
def test_phones_that_are_signed_in_and_machines_are_never_refused(limited, keys, clock, path):
    ask(times=MOST + 1)
    assert ask(path, times=MOST + 1).status_code == 200


def test_a_personnel_system_may_send_as_many_requests_as_it_has_people(limited, clock):
    assert ask("/scim/v2/Users", times=MOST + 1).status_code == 401


@pytest.mark.parametrize("path", ["/", "/me", "/login/x", "/admin/", "/admin/login/", "/nowhere"])
def test_every_other_page_counts(limited, clock, path):
    ask(path, times=MOST)
    assert ask(path).status_code == 429


def test_processes_count_together_in_redis(limited, redis, clock):
    for _ in range(MOST):
        ask()
        caches["own"].clear()  # the next request comes to another process
    assert ask().status_code == 429


@pytest.mark.parametrize("harm", ["flush", "kill"])
def test_a_redis_that_is_flushed_or_gone_lifts_no_limit(limited, redis, clock, harm):
    ask(times=MOST)
    getattr(redis, harm)()
    assert ask().status_code == 429


def test_redis_holds_no_address_and_forgets_after_two_minutes(limited, redis, clock):
    ask(address="192.0.2.77")
    with Redis.from_url(redis.url) as shared:
        (key,) = shared.keys()
        assert b"192.0.2" not in key
        assert 0 < shared.ttl(key) <= 2 * bursts.MINUTE


def test_the_settings_can_switch_the_limit_off(settings, db, clock):
    assert settings.LATCHKEY.requests_a_minute == 0
    assert ask(times=30).status_code == 200


def test_requests_at_once_are_all_counted(redis):
    caches["own"].clear()
    at_once([lambda: bursts.count("192.0.2.9", NOW)] * 20)
    assert bursts.count("192.0.2.9", NOW) == 21
