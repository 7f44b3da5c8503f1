"""Registered, unknown and switched-off people get the same pages after the same pauses, until a code is right.

Seconds by the clock decide nothing here, as a busy machine changes them: a clock is moved by the pauses alone.
"""

import re
import time

import pytest
import time_machine

from idp import background
from idp.login.pages import rejection_delay
from idp.otp.models import Verification
from tests.conftest import NOW, an_agent, an_operator
from tests.hostile.typing_codes import at_the_code as at_the_texts_code
from tests.hostile.typing_codes import wrong
from tests.journeys.verify_faults import order_fault
from tests.other_codes import a_one_time_code, a_sheet, an_app, at_the_code

pytestmark = pytest.mark.any_database

KNOWN, OFF, UNKNOWN = "+12015550101", "+12015550111", "+12015550177"
KNOWN_MAIL, OFF_MAIL, UNKNOWN_MAIL = "ana@acme.example", "off@acme.example", "eve@acme.example"
EQUIPPED, EQUIPPED_MAIL = "+12015550131", "app@acme.example"
PAUSE, CALL = 1.5, 0.5
"""Seconds: until a wrong code is rejected, and for one call of Verify."""
RANDOM = (
    r"[0-9A-Za-z]{64}",  # a form's token
    r"[0-9a-f]{8}-[0-9a-f-]{27}",  # a flow
    r"[2-9A-Z]{5}-[2-9A-Z]{5}",  # a reference
    r"(?<=latchkey-form=)\w+",
    r"nonce[-=]\"?[\w+/=-]+",
    r"(?<=challenge&quot;: &quot;)[\w-]{43}",  # a passkey's
)


@pytest.fixture
def still():
    """A clock that stands still, so that seconds to wait are the same on every page."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def equip():
    """Somebody with all that signs in without a text: an app, a printed sheet and a one-time code."""
    agent = an_agent(EQUIPPED, EQUIPPED_MAIL)
    an_app(agent)
    a_sheet(agent)
    a_one_time_code(agent, an_operator())


def masked(text, typed):
    for spelling in (typed, typed.replace("+1201555", "+1 201-555-"), f"+1 201-555-{typed[-4:]}"):
        text = text.replace(spelling, "(typed)")
    for pattern in RANDOM:
        text = re.sub(pattern, "(random)", text)
    return text


def shape(answer, typed):
    """All that a stranger can see of an answer, but for random values and what was typed."""
    headers = {name: masked(value, typed) for name, value in answer.headers.items() if name != "Date"}
    return answer.status_code, headers, masked(answer.text, typed)


WITH_APP, WITH_BACKUP = {"with": "app"}, {"with": "backup"}


def walk(phone, clock, typed, steps):
    """Go through the forms in a new browser and return all that could be seen."""
    clock.move_to(NOW)
    browser, seen = phone.like(), []
    browser.http.headers["Accept-Encoding"] = "identity"  # packed, random values alone change the length
    page = browser.ask_flex()
    token = page.html.forms[0].fields["csrfmiddlewaretoken"]
    for step in steps:
        clock.shift(step.get("later", 0))
        data = {name: typed if value == "typed" else value for name, value in step.items() if name not in NO_FIELDS}
        address = page.url.partition("?")[0] + (f"?with={step['with']}" if "with" in step else "")
        answer = browser.http.post(address, data={"csrfmiddlewaretoken": token, **data}, allow_redirects=False)
        seen += [shape(answer, typed), shape(browser.http.get(address), typed)]
    return seen


NO_FIELDS = {"later", "with"}
SEND, WRONG = {"identifier": "typed"}, {"code": "000000"}
PRINTED, READ_OUT = {"code": "AAAAA-AAAAA", **WITH_BACKUP}, {"code": "AAAA-AAAA", **WITH_BACKUP}
WALKS = {  # all pages on the way are compared, so none is the beginning of another
    "a code is asked for twice": [SEND, SEND],
    "a text is sent again too soon": [SEND, {"again": "sms"}],
    "a text is sent again": [SEND, {"again": "sms", "later": 31}],
    "a call is made": [SEND, {"again": "call", "later": 31}],
    "all sends are used": [SEND, *({"again": "sms", "later": wait} for wait in (31, 61, 91, 91))],
    "the number is changed": [SEND, {"change": "number"}, SEND],
    "a code is malformed": [SEND, {"code": "12"}],
    "a code is wrong five times, and once more": [SEND, *[WRONG] * 6],
    "a code is wrong when its time is over": [SEND, {**WRONG, "later": 601}],
    "an app's code is malformed": [SEND | WITH_APP, {"code": "12", **WITH_APP}],
    "an app's code is wrong five times, and once more": [SEND | WITH_APP, *[WRONG | WITH_APP] * 6],
    "an app's code is wrong after a text was sent": [SEND, WRONG | WITH_APP, WRONG],
    "a text is sent after an app's code was wrong": [SEND | WITH_APP, WRONG | WITH_APP, {"again": "sms"}, WRONG],
    "an app's code is wrong when its page is old": [SEND | WITH_APP, {**WRONG, **WITH_APP, "later": 601}],
    "a recovery code is wrong": [SEND | WITH_BACKUP, PRINTED, PRINTED],
    "a one-time code is wrong": [SEND | WITH_BACKUP, READ_OUT, READ_OUT],
    "a recovery code is malformed": [SEND | WITH_BACKUP, {"code": "ABC", **WITH_BACKUP}],
    "a code is asked for after the pause": [SEND, *[WRONG] * 5, {**SEND, "later": 601}],
}


@pytest.mark.parametrize("steps", WALKS.values(), ids=WALKS)
@pytest.mark.parametrize(
    "people",
    [(KNOWN, OFF, UNKNOWN, EQUIPPED), (KNOWN_MAIL, OFF_MAIL, UNKNOWN_MAIL, EQUIPPED_MAIL)],
    ids=["by number", "by email"],
)
def test_pages_do_not_reveal_who_is_registered(still, phone, steps, people):
    equip()
    known, off, unknown, equipped = (walk(phone, still, typed, steps) for typed in people)
    assert known == unknown
    assert off == unknown
    assert equipped == unknown


def test_only_registered_numbers_get_a_text(still, phone, verify):
    for typed in (KNOWN, UNKNOWN, UNKNOWN_MAIL):
        walk(phone, still, typed, [SEND])
    phone.code(KNOWN)
    assert set(verify.state.counters()["numbers"]) == {KNOWN}


def test_pages_after_a_code_whose_verdict_got_lost_do_not_reveal_who_is_registered(still, phone, verify):
    """The code is right for one of them, so that Verify has used it up."""
    known, unknown = (lost_and_again(phone, still, verify, typed) for typed in (KNOWN, UNKNOWN))
    assert known == unknown


def lost_and_again(phone, still, verify, typed):
    """Type the known number's code, whose verdict gets lost, and again; ask for another, and mistype it."""
    still.move_to(NOW)
    browser = phone.like()
    page = browser.ask_code(browser.ask_flex(), typed)
    code = phone.code(KNOWN)
    background.settle()
    order_fault(verify, "drop")
    pages = [browser.submit(page, "code", code=code) for _ in range(3)]
    still.shift(31)
    pages.append(browser.submit(pages[-1], "again", again="sms"))
    background.settle()
    pages.append(browser.submit(pages[-1], "code", code="000000"))
    assert pages[0].status != pages[1].status
    return [(it.status, masked(it.text, typed)) for it in pages]


class Clock:
    """Moves with Verify's calls and with the pauses before rejections, and with nothing else."""

    def __init__(self, verify):
        self.verify, self.slept, self.pauses = verify, 0.0, 0

    def calls(self):
        return sum(self.verify.state.counters()["paths"].values())

    def monotonic(self):
        return self.slept + CALL * self.calls()

    def sleep(self, seconds):
        self.slept += seconds
        self.pauses += 1

    def rejected(self, phone, page, code):
        """Give a code that is not right. Return how long that took, its calls of Verify and its pauses."""
        begun, calls, pauses = self.monotonic(), self.calls(), self.pauses
        assert phone.submit(page, "code", code=code).status == 403
        return round(self.monotonic() - begun, 6), self.calls() - calls, self.pauses - pauses


@pytest.fixture
def clock(still, verify, settings, monkeypatch):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"wrong_code_seconds": PAUSE})
    monkeypatch.setattr(rejection_delay, "time", clock := Clock(verify))
    return clock


def test_asking_for_a_code_does_not_wait_for_verify(phone, verify):
    order_fault(verify, "slow", seconds=3)
    page = phone.ask_code(phone.ask_flex(), KNOWN)
    assert (page.heading, Verification.objects.get().sid) == ("Enter the code", "")


def test_a_wrong_code_is_rejected_after_the_same_pause_for_everybody(phone, clock):
    known, unknown = phone.like(), phone.like()
    pages = {known: at_the_texts_code(known, KNOWN), unknown: unknown.ask_code(unknown.ask_flex(), UNKNOWN)}
    background.settle()
    code = wrong(phone, KNOWN)
    assert {clock.rejected(browser, page, code) for browser, page in pages.items()} == {(PAUSE, 1, 1)}


def test_a_wrong_code_before_twilio_acknowledges_the_text_is_rejected_after_the_same_pause(phone, clock, verify):
    order_fault(verify, "slow", seconds=3)
    known, unknown = phone.like(), phone.like()
    pages = {known: at_the_texts_code(known, KNOWN), unknown: unknown.ask_code(unknown.ask_flex(), UNKNOWN)}
    code = wrong(phone, KNOWN)
    assert {clock.rejected(browser, page, code) for browser, page in pages.items()} == {(PAUSE, 1, 1)}
    assert not Verification.objects.exclude(sid="").exists()


@pytest.mark.parametrize(("way", "code"), [("app", "000000"), ("backup", "AAAAA-AAAAA"), ("backup", "AAAA-AAAA")])
def test_a_wrong_app_recovery_or_one_time_code_is_rejected_after_the_same_pause_for_everybody(phone, clock, way, code):
    equip()
    browsers = {phone.like(): number for number in (EQUIPPED, KNOWN, UNKNOWN)}
    pages = {browser: at_the_code(browser, way, number) for browser, number in browsers.items()}
    assert {clock.rejected(browser, page, code) for browser, page in pages.items()} == {(PAUSE, 0, 1)}


def test_the_pause_is_kept_by_the_clock_on_the_wall(phone, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"wrong_code_seconds": 0.4})
    page = at_the_code(phone, "app", UNKNOWN)
    begun = time.monotonic()
    assert phone.submit(page, "code", code="000000").status == 403
    assert time.monotonic() - begun >= 0.4
