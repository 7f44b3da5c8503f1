"""Factories, and the running installation: IdP, Verify emulator and demo SP, each on its own port."""

import gc
import os
import sys
from datetime import UTC, datetime, timedelta
from functools import cache

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import caches
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connections
from django.test import TransactionTestCase, testcases
from django_otp.plugins.otp_totp.models import TOTPDevice
from whitenoise.middleware import WhiteNoiseMiddleware

from idp import background
from idp.agents import provisioning
from idp.agents.models import Agent
from idp.cache import OUTAGE, Outage
from idp.demo import seeds
from idp.demo.sp import DemoSp
from idp.demo.verify_emulator import make_server
from idp.keys import keyring
from idp.keys.models import SigningKey
from idp.otp.models import PhoneAuthenticator
from idp.settings import SHARED
from tests import database, open_requests, tables
from tests.chromium import launched, pages
from tests.environment import VERIFY_PORT
from tests.phone import Phone
from tests.redis_server import RedisServer
from tests.user_agents import ANDROID, DESKTOP, IPHONE

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


hypothesis.settings.register_profile("here", deadline=None, max_examples=20)  # others each time; test machines are busy
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


WSGIRequestHandler.disable_nagle_algorithm = True  # else 40 ms pass between headers and body of a response


# jsonschema imports it to check IRIs, of which no document of ours has any, and that takes two seconds.
sys.modules["rfc3987_syntax"] = None


def pytest_configure(config):
    if config.getoption("numprocesses", None) and not config.option.collectonly:  # not in a worker
        database.begin()
    TransactionTestCase._fixture_teardown = lambda _: _put_back()
    testcases.QuietWSGIRequestHandler = open_requests.Handler
    testcases.LiveServerThread.server_class = open_requests.Server
    WhiteNoiseMiddleware.add_files_from_finders = _add_static_files
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # fast, because tests need no strong hash


def pytest_collection_finish():
    """Exclude the collected tests from garbage collection, which otherwise takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(config, items):
    others = "postgresql_only" if connections["default"].vendor == "sqlite" else "sqlite_only"
    left_out = [item for item in items if item.get_closest_marker(others)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if {"flex", "verify", "redis"} & set(item.fixturenames):
            item.add_marker(pytest.mark.live)
        if item.get_closest_marker("django_db") or {"db", "transactional_db", "redis"} & set(item.fixturenames):
            item.add_marker(pytest.mark.stored)
    for item in _repeated(items):
        item.add_marker(pytest.mark.repeated)


def _repeated(items):
    """Choose what runs on PostgreSQL and with Redis too.

    That is what says that databases may differ in it, and of all else that stores something, but for operators' pages,
    browsers and installations, each test with the first of its inputs.
    """
    begun = set()
    for item in items:
        marks, test = {it.name for it in item.iter_markers()}, item.nodeid.partition("[")[0]
        first = "stored" in marks and test not in begun and not test.startswith("tests/web/")
        begun.add(test)
        if marks & {"each_database", "postgresql_only"} or (first and not marks & {"slow", "any_database"}):
            yield item


def pytest_unconfigure(config):
    if config.getoption("numprocesses", None):
        database.end()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    own = connections["default"].settings_dict
    if own["ENGINE"].endswith("sqlite3"):
        own["TEST"]["NAME"] = f"{database.folder()}/tests.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings):
    """Keep a copied SQLite file; PostgreSQL creates its database as a copy."""
    own = connections["default"].settings_dict
    return database.copy(own) and own["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        _left_by_migrations()
    yield
    with django_db_blocker.unblock():
        database.end_other_connections()  # a thread of the last test may not have closed its own yet


_find_static_files, _static_files = WhiteNoiseMiddleware.add_files_from_finders, {}


def _add_static_files(middleware):
    """Look for static files once, and not for each of Django's test clients."""
    if not _static_files:
        _find_static_files(middleware)
        _static_files.update(middleware.files)
    middleware.files.update(_static_files)


def _put_back():
    open_requests.settle()
    background.settle()
    tables.put_back(_left_by_migrations())


@cache
def _left_by_migrations():
    return tables.remember()


@cache
def _signing_keys():
    keyring.ensure(NOW)
    return list(SigningKey.objects.values())


@pytest.fixture
def keys():
    """The installation's keys; generated once, because an RSA key takes a while."""
    SigningKey.objects.bulk_create([SigningKey(**row) for row in _signing_keys()], ignore_conflicts=True)


@pytest.fixture
def clock():
    """A clock that runs from a fixed morning and can be moved: `clock.shift(timedelta(hours=1))`."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


def an_agent(number="+12015550101", email="ana@acme.example", roles=("agent",), **fields):
    agent = Agent.objects.create_user(email, full_name=fields.pop("full_name", "Ana García"), **fields)
    provisioning.set_roles(agent, roles)
    PhoneAuthenticator.objects.create(user=agent, name="mobile number", number=number)
    return agent


def an_operator(email="olivia@acme.example", **fields):
    operator = Agent.objects.create(
        email=email,
        full_name="Olivia Operator",
        is_staff=True,
        password=make_password("correct horse battery"),
        **{"is_superuser": True, **fields},
    )
    TOTPDevice.objects.create(user=operator, name="authenticator app", confirmed=True)
    return operator


@pytest.fixture
def agent(db):
    return an_agent()


@pytest.fixture(scope="session")
def _verify_server():
    twilio = settings.LATCHKEY.twilio
    with make_server(
        VERIFY_PORT,
        account_sid=twilio.account_sid,
        username=twilio.username,
        password=twilio.password,
        service_sid=twilio.service_sid,
    ) as server:
        yield server


@pytest.fixture
def verify(_verify_server):
    """The Verify emulator, reset."""
    _verify_server.state.reset()
    return _verify_server


@pytest.fixture(scope="session")
def _redis_server():
    server = RedisServer()
    yield server
    server.kill()


@pytest.fixture
def redis(_redis_server, settings):
    """An empty Redis server that the installation uses; `redis.kill()` and the like break it."""
    _redis_server.start().flush()
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"redis_url": _redis_server.url})
    settings.CACHES = {**settings.CACHES, "default": {**SHARED, "LOCATION": _redis_server.url}}
    caches["own"].clear()
    yield _redis_server
    _redis_server.go_on()
    vars(OUTAGE).update(vars(Outage()))


@pytest.fixture(scope="session")
def _demo_sp():
    with DemoSp(settings.LATCHKEY.base_url) as sp:
        yield sp


@cache
def _planted(sp_url):
    """Return the rows that the seeds create in an empty database."""
    found = tables.remember()
    tables.put_back(_left_by_migrations())
    empty = tables.remember()
    seeds.plant(sp_url)
    planted = tables.beyond(empty)
    tables.put_back(found)
    return planted


@pytest.fixture
def flex(transactional_db, live_server, verify, keys, _demo_sp):
    """The whole installation with the demo's data. Yields the demo SP, which stands in for Flex."""
    tables.add(_planted(_demo_sp.url))
    yield _demo_sp
    background.settle()


@pytest.fixture
def phone(flex, verify):
    """An iPhone."""
    return Phone(flex.url, verify, IPHONE)


@pytest.fixture
def android(flex, verify):
    return Phone(flex.url, verify, ANDROID)


@pytest.fixture
def desktop(flex, verify):
    return Phone(flex.url, verify, DESKTOP)


@pytest.fixture(scope="session")
def chromium():
    with launched() as chromium:
        yield chromium


@pytest.fixture
def any_page(chromium):
    """Open a page without a running installation: `any_page("computer")`."""
    with pages(chromium) as open_page:
        yield open_page


@pytest.fixture
def browser_page(chromium, flex):
    """Open a page of the running installation: `browser_page("iPhone", script=False)`."""
    with pages(chromium) as open_page:
        yield open_page


def later(clock, **duration):
    clock.shift(timedelta(**duration))
