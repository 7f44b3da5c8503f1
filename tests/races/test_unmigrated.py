"""A database without tables: the server starts, says that it is busy, and its log says what to do."""

import pytest
from structlog.testing import capture_logs

from idp.sql import unprepared
from idp.web import start_up
from tests.another_database import an_empty_database, connected_to
from tests.races.known_phone import is_busy, is_signed_in


@pytest.fixture
def remedies(monkeypatch):
    """What the log tells operators to do."""
    unprepared.check_migrations.cache_clear()
    with capture_logs() as lines:
        yield lambda: {it["remedy"] for it in lines if "remedy" in it}


def test_agents_and_services_read_that_latchkey_is_busy_and_operators_what_to_do(browser, remedies, tmp_path):
    with an_empty_database(tmp_path) as name, connected_to(NAME=name):
        assert is_busy(browser.get(browser.address))
        assert is_busy(browser.get("/saml/metadata"))
    assert remedies() == {unprepared.MIGRATE}
    assert is_signed_in(browser.get(browser.address))


def test_such_a_node_starts_and_is_not_ready(browser, remedies, tmp_path):
    with an_empty_database(tmp_path) as name, connected_to(NAME=name):
        start_up.check()
        assert browser.get("/readyz").status_code == 503
    assert remedies() == {unprepared.MIGRATE}
    assert browser.get("/readyz").status_code == 200
