"""The connection is lost with the answer to a commit: what was written counts, and is not tried again in vain."""

from contextlib import contextmanager

from django.db import connections

from idp.agents.models import Device
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import IssuedAssertion
from tests.another_database import asked_instead
from tests.conftest import an_agent
from tests.native.own_app import a_client, a_code, exchange, renew
from tests.races.installation import on_sqlite
from tests.races.one_phone import is_in
from tests.test_log_lines import lines
from tests.vanishing import HOST, Cut

__all__ = ["lines"]


@contextmanager
def next_commit_is_not_answered():
    """SQLite is no server, so there the commit is answered."""
    if on_sqlite():
        yield
        return
    port = connections["default"].settings_dict["PORT"]
    with Cut(port, b"COMMIT") as way, asked_instead(HOST=HOST, PORT=way.port):
        yield
        assert way.was_cut


def test_a_phone_is_in_by_the_answer_that_was_written(browser, lines):
    with next_commit_is_not_answered():
        answer = browser.get(browser.address)
    assert is_in(answer)
    assert answer.cookies["latchkey-token"].value
    assert IssuedAssertion.objects.count() == 1
    told = next(it for it in lines() if it["event"] == "request")["happened"]
    assert [it["kind"] for it in told] == [Kind.SIGNED_IN, Kind.ANSWERED]
    assert [it.kind for it in LoginEvent.objects.order_by("pk")] == [Kind.SIGNED_IN, Kind.ANSWERED]


def test_an_app_is_not_taken_for_one_that_shows_its_code_a_second_time(transactional_db, keys):
    code = a_code(a_client(), an_agent())
    with next_commit_is_not_answered():
        signed_in = exchange(code)
    assert signed_in.status_code == 200
    assert Device.objects.get().revoked_at is None
    assert renew(signed_in.json()["refresh_token"]).status_code == 200
