"""The trail is sealed beside what operators and monitors ask for, and at no sign-in."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from idp import background
from idp.audit import events
from idp.audit.chain import sealing
from idp.audit.models import Kind, Seal
from tests.conftest import NOW, an_agent
from tests.web.conftest import a_superuser, inside


@pytest.fixture(autouse=True)
def a_line_that_waits(transactional_db, keys, clock):
    events.record(Kind.CODE_WRONG, events.Origin("192.0.2.1", "", "7KQ2M-9TX4D"), NOW - timedelta(minutes=1))


def sealed():
    background.settle()
    return Seal.objects.exists()


def test_a_monitor_that_asks_has_it_sealed(client):
    client.get("/readyz")
    assert sealed()


def test_an_operator_who_looks_at_a_page_has_it_sealed():
    inside(a_superuser()).get("/admin/policies/timeoutpolicy/")
    assert sealed()


def test_a_page_of_agents_has_nothing_sealed(client):
    an_agent()
    client.get("/me")
    assert not sealed()


def test_a_fault_in_background_work_is_logged_and_the_page_appears(client, monkeypatch):
    monkeypatch.setattr(sealing, "_batch", lambda *_: 1 / 0)
    with capture_logs() as told:
        assert client.get("/readyz").status_code == 200
        background.settle()
    assert "sealing_failed" in [it["event"] for it in told]
