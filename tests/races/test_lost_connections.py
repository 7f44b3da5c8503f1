"""The connection to PostgreSQL is lost at any point of a sign-in: everybody gets a page, and pressing again goes on."""

from contextlib import nullcontext
from itertools import count

import pytest
from django.db import connections
from django.test import Client

from idp import background
from idp.login.codes import sending
from idp.login.models import LoginFlow
from idp.otp.models import Verification
from tests.another_database import connected_to
from tests.conftest import an_agent
from tests.pretend_service import PretendService
from tests.races.known_phone import is_busy, is_signed_in
from tests.relays import HOST, CuttingRelay
from tests.user_agents import IPHONE

pytestmark = [pytest.mark.postgresql_only, pytest.mark.long]
ON = 303


def each_packet(*, they_arrive=True):
    """Lose the connection at the first packet, then at the second …, as long as there is another."""
    port = connections["default"].settings_dict["PORT"]
    for nth in count(1):
        with CuttingRelay(port, nth=nth, they_arrive=they_arrive) as way:
            yield nth, lambda way=way: connected_to(HOST=HOST, PORT=way.port)
            if way.left > 0:
                break
    assert nth > 10


class Visitor:
    """An agent in a new browser, who presses the button again if the page says that Latchkey is busy."""

    def __init__(self, service, number):
        self.http, self.number = Client(headers={"User-Agent": IPHONE}), number
        page = self.http.get(service.request_path(ID=f"_{number[1:]}"), follow=True)
        self.address = page.redirect_chain[-1][0]
        self.token = str(page.context["csrf_token"])

    def press(self, losing=nullcontext, **typed):
        """Press while the connection is lost, and again if that is no use. Return the answer that leads on."""
        with losing():
            first = self._post(typed)
        answer = self._post(typed) if first.status_code != ON and is_busy(first) else first
        assert answer.status_code == ON
        return answer

    def _post(self, typed):
        return self.http.post(self.address, {"csrfmiddlewaretoken": self.token, **typed})


@pytest.fixture
def visitors(transactional_db, keys, phone, verify, clock):
    """A new agent for each loss, ten minutes after the last one."""
    service = PretendService("desk")

    def come(nth):
        clock.shift(700)
        verify.state.advance(700)
        for table in (LoginFlow, Verification):  # so that no limit is reached
            table.objects.all().delete()
        return Visitor(service, an_agent(f"+1201555{nth:04}", f"agent{nth}@acme.example").numbers.get().number)

    return come


@pytest.mark.parametrize("they_arrive", [True, False])
def test_a_phone_signs_in_silently_wherever_the_connection_is_lost(browser, they_arrive):
    for nth, losing in each_packet(they_arrive=they_arrive):
        with losing():
            assert is_signed_in(browser.get(browser.request_address(f"_{nth}")))


def test_a_code_signs_in_at_once_or_when_it_is_typed_again_wherever_the_connection_is_lost(visitors, phone):
    for nth, losing in each_packet():
        visitor = visitors(nth)
        visitor.press(identifier=visitor.number)
        code = phone.code(visitor.number)
        background.settle()
        answer = visitor.press(losing, code=code)
        assert is_signed_in(visitor.http.get(answer.headers["Location"]))


def test_one_text_is_sent_wherever_the_connection_is_lost(visitors, phone, monkeypatch):
    due, dispatch = [], sending.dispatch
    monkeypatch.setattr(sending, "dispatch", lambda *send: due.append(send))  # to go out by a connection of its own
    for nth, losing in each_packet():
        visitor = visitors(nth)
        visitor.press(losing, identifier=visitor.number)
        while due:
            dispatch(*due.pop())
        background.settle()
        assert phone.messages(visitor.number) == 1
