"""Codes without a text, as agents have them: from an app on a phone, on a printed sheet, read out by an operator."""

import base64

from django_otp.oath import totp

from idp import clock
from idp.agents.models import Agent
from idp.otp.other_codes import app_codes, one_time_codes, recovery_codes
from tests.conftest import an_operator
from tests.phone import NUMBER


def agent_of(number=NUMBER):
    return Agent.objects.get(numbers__number=number)


class App:
    """A pretend authenticator app with a key."""

    def __init__(self, key):
        self.key = base64.b32decode(key.replace(" ", ""))

    def code(self, steps=0):
        """Return the code that it shows now, or so many times 30 seconds later."""
        return f"{totp(self.key, drift=steps):06}"

    def wrong(self):
        return "111111" if self.code() != "111111" else "222222"


def an_app(agent):
    """Register an app for an agent. That uses up its current code; `code(1)` is still unused."""
    Agent.objects.filter(pk=agent.pk).update(may_use_app=True)
    agent.refresh_from_db()
    app = App(app_codes.key_text(app_codes.pending(agent, clock.now())))
    assert app_codes.confirm(agent, app.code(), clock.now())
    return app


def a_sheet(agent):
    return recovery_codes.make(agent, clock.now())


def a_one_time_code(agent, by=None):
    return one_time_codes.give(agent, by or an_operator(), "SIM broken", clock.now())


def at_the_code(phone, way, number=NUMBER, **query):
    """Go as far as the page that asks for a code of this kind."""
    page = phone.ask_flex(**query)
    form = page.form_with("identifier")
    target = form.xpath("string(.//button[@formaction]/@formaction)").split("?")[0] + f"?with={way}"
    form.action = target
    return phone.submit(page, "identifier", identifier=number)


def give(phone, page, code):
    return phone.submit(page, "code", code=code)


def sign_in(phone, way, code, number=NUMBER, **query):
    """Sign in with such a code. Return what Flex knows then."""
    return phone.arrive(give(phone, at_the_code(phone, way, number, **query), code))
