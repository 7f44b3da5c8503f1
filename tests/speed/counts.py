"""Counts, which are the same on every machine: queries of each kind of sign-in, and loads of the signing key."""

from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from tests.speed.browser import Browser
from tests.speed.comparisons import Figure
from tests.speed.place import Silent, at_a_computer, at_a_phone, by_code, somebody
from tests.user_agents import IPHONE

MOST = {"session": 7, "token": 11, "code": 37}
"""Most queries of each kind of sign-in, as of today."""


def figures(setting):
    yield Figure("queries per sign-in by session", by_session(setting), "", 8, 5)
    yield Figure("queries per sign-in that rotates the token", by_token(setting), "", 12, 8)
    yield Figure("queries per sign-in with a code", with_a_code(setting), "", 40, 25)
    yield Figure("loads of the signing key in four sign-ins", key_loads(setting), "", 1, 1)


@contextmanager
def queries():
    """Record the SQL statements of all threads, without BEGIN and COMMIT."""
    from django.db.backends.utils import CursorWrapper

    from idp.sql.direct_execution import DirectExecution

    statements, execute = [], CursorWrapper.execute

    def recorded(cursor, sql, params=None):
        if not sql.startswith("BEGIN"):
            statements.append(sql)
        return execute(cursor, sql, params)

    direct = mock.patch.object(DirectExecution, "is_unobserved", False)
    with mock.patch.object(CursorWrapper, "execute", recorded), direct:
        yield statements


def by_session(setting):
    return _second(Silent(setting.application, setting.clock, _at(at_a_computer, setting), apart=timedelta(minutes=2)))


def by_token(setting):
    return _second(Silent(setting.application, setting.clock, _at(at_a_phone, setting), apart=timedelta(minutes=2)))


def with_a_code(setting):
    for _warm in range(2):
        nth = next(setting.numbers)
        somebody(nth)
        browser = Browser(setting.application, IPHONE)
        with queries() as statements:
            by_code(browser, setting.emulator, f"+1201555{nth:04}", setting.clock.now())
    return len(statements)


def key_loads(setting):
    """Count how often the key is parsed in the first four sign-ins of a process."""
    from idp.saml import signing_keys
    from idp.saml.signatures.signing import SamlKey

    signing_keys._load.cache_clear()
    silent = Silent(setting.application, setting.clock, _at(at_a_computer, setting))
    silent.prepare(4)
    with mock.patch.object(SamlKey, "load", wraps=SamlKey.load) as load:
        for _ in range(4):
            silent.sign_in()
    return load.call_count


def _at(device, setting):
    return device(setting.application, setting.clock, somebody(next(setting.numbers)))


def _second(silent):
    silent.prepare(3)
    silent.sign_in()
    silent.sign_in()
    with queries() as statements:
        silent.sign_in()
    return len(statements)
