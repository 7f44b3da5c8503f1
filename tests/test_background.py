"""Work in the background: what it does not tell its request, it tells the log."""

from threading import Event

import pytest

from idp import background, reference
from idp.background import Background, Upkeep
from idp.login.codes import sending
from tests.conftest import NOW
from tests.log_lines import lines

__all__ = ["lines"]


@pytest.fixture(autouse=True)
def only_its_own(monkeypatch):
    monkeypatch.setattr(background, "_all", [])


def test_a_fault_is_logged_under_the_reference_of_the_request_that_began_the_work(lines, monkeypatch):
    present = reference.begin()
    Background("tidying", 1).begin(lambda: 1 / 0)
    background.settle()
    assert [(it["event"], it["reference"]) for it in lines()] == [("tidying_failed", present)]


def test_a_fault_of_a_probe_of_verify_is_logged(lines, monkeypatch):
    monkeypatch.setattr(sending.breaker, "take_probe", lambda _: True)
    monkeypatch.setattr(sending, "gateway", lambda: 1 / 0)
    sending.probe_if_due(NOW)
    sending._background.settle()
    assert [it["event"] for it in lines()] == ["sending_failed"]


def test_upkeep_that_is_under_way_is_not_begun_again(transactional_db):
    begun, go_on = [], Event()
    work = Upkeep("tidying", lambda: begun.append(1) or go_on.wait(5))
    work.dispatch()
    work.dispatch()
    go_on.set()
    background.settle()
    assert begun == [1]
    work.dispatch()
    background.settle()
    assert begun == [1, 1]
