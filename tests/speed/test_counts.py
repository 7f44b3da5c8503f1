"""Queries of each kind of sign-in, and loads of the key, which must not grow."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest import mock

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection

from tests.speed import counts, place


@dataclass
class Setting:
    """What the counts need of a place to be measured."""

    application: Any
    clock: Any
    emulator: Any
    numbers: Any


@pytest.fixture
def setting(transactional_db, keys, verify):
    place.furnish()
    with place.standing_clock() as clock:
        yield Setting(get_wsgi_application(), clock, verify, count(1))


def test_a_sign_in_by_session_runs_no_more_queries_than_allowed(setting):
    assert counts.by_session(setting) <= counts.MOST["session"]


def test_a_sign_in_that_rotates_the_token_runs_no_more_queries_than_allowed(setting):
    assert counts.by_token(setting) <= counts.MOST["token"]


def test_a_sign_in_with_a_code_runs_no_more_queries_than_allowed(setting):
    assert counts.with_a_code(setting) <= counts.MOST["code"]


def test_sign_ins_with_a_code_share_their_database_connections(setting):
    counts.with_a_code(setting)
    database = connection.Database
    with mock.patch.object(database, "connect", wraps=database.connect) as made:
        for _ in range(3):
            counts.with_a_code(setting)
    assert made.call_count <= 1  # of the thread that sends, which may not have needed one beside the request before


def test_a_process_loads_the_signing_key_once(setting):
    assert counts.key_loads(setting) == 1
