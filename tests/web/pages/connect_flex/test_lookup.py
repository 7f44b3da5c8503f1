"""Looking up the connections of an account at Twilio, which costs one question at most."""

import json

import pytest

from idp.demo.loopback import LoopbackServer
from idp.web.pages.connect_flex import lookup
from tests.web.pages.connect_flex.conftest import ACCOUNT, CONNECTION, PAGE, paste, shown


class Twilio:
    """A pretend services.twilio.com that answers what it is told to, and remembers what it was asked."""

    def __init__(self, status="200 OK", body="{}"):
        self.status, self.body, self.asked = status, body, []

    def __call__(self, environ, start_response):
        headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
        self.asked.append((environ["REQUEST_METHOD"], environ["QUERY_STRING"], headers))
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.body.encode()]


@pytest.fixture
def twilio(monkeypatch):
    """Let `twilio(status=…, body=…)` answer, for as long as the test runs."""
    servers = []

    def answering(**answer):
        application = Twilio(**answer)
        server = LoopbackServer(application)
        servers.append(server)
        monkeypatch.setattr(lookup, "ADDRESS", f"{server.url}/v1/Flex/Authentication/Config")
        return application

    yield answering
    for server in servers:
        server.close()


def look_up(admin, account_sid=ACCOUNT):
    return admin.post(f"{PAGE}look-up/account/", {"account_sid": account_sid}, follow=True)


def config(*names):
    return json.dumps({"config_list": [{"connection_name": name, "active": active} for name, active in names]})


def test_looking_up_asks_twilio_once_without_credentials_and_fills_in_the_connection(
    admin, twilio, tmp_path, monkeypatch
):
    (tmp_path / "netrc").write_text("default login olivia password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    asked = twilio(body=config((CONNECTION, True))).asked
    page = shown(look_up(admin))
    assert f"Connect {CONNECTION}" in page
    assert [(method, query) for method, query, _ in asked] == [("GET", f"AccountSid={ACCOUNT}")]
    assert not {"HTTP_AUTHORIZATION", "HTTP_COOKIE"} & asked[0][2].keys()


def test_the_active_connection_comes_first_and_the_others_are_named(admin, twilio):
    twilio(body=config(("JQ" + "9" * 32, False), (CONNECTION, True)))
    page = shown(look_up(admin))
    assert f"Connect {CONNECTION}" in page
    assert f"the others: JQ{'9' * 32}" in page


USELESS = {
    "an error": {"status": "500 Oh", "body": "oh"},
    "a redirect": {"status": "302 Found", "body": ""},
    "no JSON": {"body": "<html>"},
    "another shape": {"body": '{"config_list": [1, {"connection_name": 5}]}'},
    "a list": {"body": "[]"},
    "nesting without end": {"body": "[" * 60_000},
}


@pytest.mark.parametrize("answer", USELESS.values(), ids=USELESS)
def test_after_a_useless_answer_the_connection_can_still_be_pasted(admin, twilio, answer):
    twilio(**answer)
    page = shown(look_up(admin))
    assert "Twilio could not be reached or gave no connection." in page
    assert f"Connect {CONNECTION}" in shown(paste(admin, CONNECTION))


def test_an_unreachable_twilio_gets_a_sentence(admin, monkeypatch):
    monkeypatch.setattr(lookup, "ADDRESS", "http://127.0.0.1:9/")
    assert "Twilio could not be reached" in shown(look_up(admin))


def test_an_account_without_enhanced_sso_gets_its_own_sentence(admin, twilio):
    twilio(body=config())
    assert "This account has no enhanced SSO" in shown(look_up(admin))


def test_only_an_account_sid_is_looked_up(admin, twilio):
    asked = twilio().asked
    look_up(admin, "AC1&Other=1")
    assert asked == []
