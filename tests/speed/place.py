"""An installation as in production: all features on, twenty access rules, metrics and a log.

Timings call `as_production` before Django is set up; the tests of counts do without.
"""

import base64
import os
import uuid
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import tests.environment
from tests.saml.messages import deflate
from tests.speed.browser import Browser
from tests.user_agents import DESKTOP, IPHONE

SETTINGS = {
    "LATCHKEY_LOG_LEVEL": "INFO",
    "LATCHKEY_REQUESTS_A_MINUTE": "1000000",
    "LATCHKEY_METRICS_TOKEN": "a-token-of-the-benchs-own",
    "PROMETHEUS_MULTIPROC_DIR": f"{tests.environment.FOLDER}/counts",
}
RULES = 20
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CONNECTION = "JQ" + "1" * 32
ENTITY = f"urn:flex:{CONNECTION}"
ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"


def as_production():
    """Apply the settings of a real installation; call it before Django is set up."""
    os.environ.update(SETTINGS)
    Path(SETTINGS["PROMETHEUS_MULTIPROC_DIR"]).mkdir(exist_ok=True)


class Clock:
    """The clock of the product: it stands still until it is moved."""

    def __init__(self, at=NOW):
        self.at = at

    def now(self):
        return self.at

    def on(self, **duration):
        self.at += timedelta(**duration)


@contextmanager
def standing_clock():
    """Let the product read this clock instead of the real one, at no extra cost."""
    from idp import clock

    ours, kept = Clock(), clock.now
    clock.now = ours.now
    try:
        yield ours
    finally:
        clock.now = kept


def a_query(now):
    """Return a fresh AuthnRequest by HTTP-Redirect, unsigned, as Flex sends it."""
    written = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4().hex}" Version="2.0" '
        f'IssueInstant="{now:%Y-%m-%dT%H:%M:%SZ}" AssertionConsumerServiceURL="{ACS}">'
        f"<saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>"
    )
    return f"SAMLRequest={quote(base64.b64encode(deflate(written.encode())))}&RelayState=a%20page"


class Silent:
    """A browser that signs in silently again and again. `prepare` builds its requests before the time counts."""

    def __init__(self, application, clock, browser, *, apart=timedelta()):
        self.application, self.clock, self.browser, self.apart = application, clock, browser, apart
        self.queries = []

    def prepare(self, times):
        self.queries = [a_query(self.clock.now() + nth * self.apart) for nth in range(1, times + 1)][::-1]

    def sign_in(self):
        self.clock.at += self.apart
        answer = self.browser.get("/saml/sso", self.queries.pop())
        assert answer.hidden("SAMLResponse")
        return answer


def furnish(bits=2048):
    """Create a Flex service, keys and rules in the empty database."""
    from idp.keys import keyring
    from tests.policies import publishing
    from tests.policies.simulation.replay_speed import policies
    from tests.web.seeded import a_service

    put_key(bits)
    keyring.ensure(NOW)
    service = a_service(connection=CONNECTION)
    rules = policies(clocked=True)[0].rules[:RULES]
    # A row gives each a key of its own.
    publishing.only(*(replace(it, key="", conditions=tuple(map(_on_another_day, it.conditions))) for it in rules))
    return service


def _on_another_day(condition):
    """Move the hour in which a rule refuses everybody away from `NOW` and from today, a server's real date."""
    from idp.policies.access.conditions import MomentWithin, Weekday

    if not isinstance(condition, MomentWithin):
        return condition
    near = {(day + apart) % 7 for day in (NOW.weekday(), datetime.now(UTC).weekday()) for apart in (-1, 0, 1)}
    return replace(condition, weekdays=frozenset({tuple(Weekday)[min(set(range(7)) - near)]}))


def put_key(bits):
    """Replace the signing key by one of this size."""
    from unittest import mock

    from idp.keys import certificates, keyring
    from idp.keys.models import SigningKey, State, Use

    with mock.patch.object(certificates, "RSA_BITS", bits):
        row = keyring.draw(Use.SAML, NOW)
    SigningKey.objects.filter(use=Use.SAML).delete()
    row.state = State.ACTIVE
    row.save(force_insert=True)


def somebody(nth):
    """Create an agent with a number."""
    from tests.conftest import an_agent

    return an_agent(f"+1201555{nth:04}", f"agent-{nth}@acme.example")


def at_a_computer(application, clock, agent):
    """Return the browser of an agent's computer, signed in by a session."""
    from idp.login import cookies
    from idp.sessions import lifecycle as sessions
    from idp.sessions.models import OpenedBy
    from tests.devices import WINDOWS

    device, secret = _enrolled(agent, WINDOWS, clock.now())
    _, session = sessions.open_session(device, OpenedBy.CODE, clock.now())
    kept = {cookies.name("device"): secret, cookies.name("session"): session}
    return Browser(application, DESKTOP, cookies=kept.items())


def at_a_phone(application, clock, agent):
    """Return the browser of an agent's phone, signed in by a long-lived token."""
    from idp.login import cookies
    from idp.sessions import lifecycle as sessions
    from idp.sessions.models import OpenedBy
    from idp.tokens import lifecycle as tokens
    from tests.devices import IPHONE as PHONE

    device, secret = _enrolled(agent, PHONE, clock.now())
    sessions.open_session(device, OpenedBy.CODE, clock.now())
    kept = {cookies.name("device"): secret, cookies.name("token"): tokens.issue(device, clock.now())}
    return Browser(application, IPHONE, cookies=kept.items())


def by_code(browser, emulator, number, now):
    """Sign in with a code, from the AuthnRequest to the Response."""
    from idp import background

    step = urlsplit(browser.get("/saml/sso", a_query(now)).location).path
    page = browser.get(step)
    before = len(emulator.state.messages(number))
    fields = {"csrfmiddlewaretoken": page.hidden("csrfmiddlewaretoken"), "identifier": number}
    browser.post(step, fields)
    background.settle()
    page = browser.get(step)
    code = emulator.state.messages(number, after=before, wait=10)[0].code
    fields = {"csrfmiddlewaretoken": page.hidden("csrfmiddlewaretoken"), "code": code}
    answer = browser.post(step, fields)
    while answer.status == 303:
        answer = browser.get(urlsplit(answer.location).path)
    assert answer.hidden("SAMLResponse")
    return answer


def _enrolled(agent, browser, now):
    from django.db import transaction

    from idp.agents import devices

    with transaction.atomic():  # an agent may have devices already, which are held
        enrolment = devices.enrol(agent, browser, None, now)
    return enrolment.device, enrolment.secret
