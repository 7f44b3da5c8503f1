"""A whole sign-in with every log at its most verbose: no secret in any line or URL."""

import base64
import io
import logging
from urllib.parse import quote, unquote

import pytest

from idp.audit.models import LoginEvent
from tests.hostile.typing_codes import give, wrong
from tests.phone import NUMBER


class Story:
    """What was said and carried while an agent signed in, came back, mistyped and was refused."""

    def __init__(self, phone, clock):
        self.secrets = {"the number": NUMBER, "the number as it is shown": "+1 201-555-0101"}
        self.addresses = []
        phone.http.hooks["response"].append(self._note)
        page = phone.submit(phone.ask_flex(), "identifier", identifier=NUMBER)
        self.secrets["the code"] = phone.code()
        give(phone, page, "12345")
        mistyped = wrong(phone)
        self.secrets["the wrong code"] = mistyped
        page = give(phone, give(phone, page, mistyped), phone.code())
        self._carry(phone, page)
        clock.shift(600)
        self._carry(phone, phone.ask_flex())
        phone.http.cookies.clear()
        phone.open(page.url)

    def _carry(self, phone, page):
        response = page.form_with("SAMLResponse").fields["SAMLResponse"]
        self.secrets[f"Response {len(self.secrets)}"] = response[:60]
        self.secrets[f"Response {len(self.secrets)}, decoded"] = base64.b64decode(response).decode()[:60]
        for cookie in phone.http.cookies:
            self.secrets[f"{cookie.name} {len(self.secrets)}"] = cookie.value
        phone.arrive(page)

    def _note(self, response, **_):
        self.addresses.append(response.url)

    def told_in(self, text):
        text = f"{text}\n{unquote(text)}"
        return [name for name, secret in self.secrets.items() if secret in text or quote(secret, safe="") in text]


@pytest.fixture
def said(capfd, log):
    """Everything that is said anywhere: structlog's JSON, the standard library's loggers, both streams."""
    heard = io.StringIO()
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: "\n".join([log.text, heard.getvalue(), *capfd.readouterr()])
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def story(said, phone, clock):
    return Story(phone, clock)


def test_no_log_holds_a_code_a_token_a_cookie_a_whole_number_or_a_response(story, said):
    heard = said()
    assert "/saml/respond" in heard, "the log was not heard"
    assert "/VerificationCheck" in heard, "the libraries were not heard"
    assert story.told_in(heard) == []


def test_no_url_holds_a_code_a_token_a_cookie_a_whole_number_or_a_response(story):
    assert len(story.addresses) > 8
    assert story.told_in("\n".join(story.addresses)) == []
    assert "SAMLResponse" not in "".join(story.addresses)


def test_the_trail_holds_no_code_token_cookie_or_response(story):
    assert LoginEvent.objects.count() > 4
    assert story.told_in("\n".join(map(str, LoginEvent.objects.values()))) == []


def test_a_secret_in_a_log_line_is_found(story, said):
    logging.getLogger("somebody").debug("the code is %s", story.secrets["the code"])
    assert story.told_in(said()) == ["the code"]
