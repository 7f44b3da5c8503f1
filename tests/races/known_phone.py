"""A phone that is signed in and comes back for a silent sign-in, and the pages it gets."""

import pytest
from django.db import connection
from django.test import Client

from idp.login.flow import sign_in
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.tokens import lifecycle as tokens
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE as AN_IPHONE
from tests.pretend_service import PretendService
from tests.user_agents import IPHONE


@pytest.fixture
def browser(transactional_db, keys, clock):
    """A phone that is signed in and comes from a registered service. It runs in the thread of the test."""
    agent = an_agent()
    enrolled = sign_in.devices.enrol(agent, AN_IPHONE, None, NOW)
    sessions.open_session(enrolled.device, OpenedBy.CODE, NOW)
    browser = Client(headers={"User-Agent": IPHONE})
    browser.cookies["latchkey-device"] = enrolled.secret
    browser.cookies["latchkey-token"] = tokens.issue(enrolled.device, NOW)
    clock.shift(600)
    service = PretendService("desk")
    browser.request_address = lambda request_id: service.request_path(ID=request_id)
    browser.address = browser.request_address("_one")
    return browser


def next_request(browser, request_id):
    """Ask as the next request of a process, which takes a connection from the pool anew."""
    connection.close()
    return browser.get(browser.request_address(request_id))


def is_signed_in(answer):
    return answer.status_code == 200 and "SAMLResponse" in answer.text


def is_busy(answer):
    assert "We are very busy at the moment" in answer.text
    assert answer.headers["X-Reference"] in answer.text
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
