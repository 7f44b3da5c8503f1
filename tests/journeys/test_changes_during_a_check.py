"""Changes by operators while Twilio checks a code count for the sign-in that follows."""

from datetime import timedelta

import pytest

from idp import clock as now_of
from idp.agents.models import Device
from idp.audit.events import Origin
from idp.login.codes import sending
from idp.login.emergency import stops
from idp.policies.models import TimeoutPolicy
from idp.saml.models import AssertionConsumer, ServiceProvider
from tests.user_agents import DESKTOP


class Meanwhile:
    """Verify, with a function that runs during its check."""

    def __init__(self, gateway, act):
        self._gateway, self._act = gateway, act

    def check(self, **asked):
        self._act()
        return self._gateway.check(**asked)


@pytest.fixture
def code_given(phone, monkeypatch):
    """Give a right code on a computer, and have something done while Twilio is asked. Returns the page."""
    computer, gateway = phone.like(DESKTOP), sending.gateway

    def give(act):
        page, code = computer.ask_code(computer.ask_flex()), computer.code()
        monkeypatch.setattr(sending, "gateway", lambda: Meanwhile(gateway(), act))
        return computer, computer.submit(page, "code", code=code)

    return give


def test_a_service_switched_off_during_the_check_gets_no_response(code_given):
    _, page = code_given(lambda: ServiceProvider.objects.filter(slug="flex").update(enabled=False))
    assert (page.status, page.heading) == (403, "This app is not set up for sign-in")


def test_an_address_that_was_removed_during_the_check_gets_no_response(code_given):
    corrected = AssertionConsumer.objects.filter(service_provider__slug="flex")
    _, page = code_given(lambda: corrected.update(url="https://login.flex.us1.twilio.com/login/callback"))
    assert (page.status, page.heading) == (400, "The app gave an unknown address")


def test_a_stop_during_the_check_refuses_and_enrols_no_phone(code_given):
    _, page = code_given(lambda: stops.stop(None, "Stolen phones", Origin(None, "", "7KQ2M-9TX4D"), now_of.now()))
    assert (page.status, page.heading) == (503, "Sign-in is stopped")
    assert not Device.objects.exists()


def test_shorter_limits_set_during_the_check_count_for_the_computers_session(code_given):
    limits = {"inactivity": timedelta(hours=1), "code_again_after": timedelta(hours=5)}
    own = TimeoutPolicy.objects.create(name="own", absolute=timedelta(hours=5), **limits)
    ServiceProvider.objects.filter(slug="flex").update(timeout_policy=own)
    computer, page = code_given(lambda: TimeoutPolicy.objects.filter(pk=own.pk).update(absolute=timedelta(hours=2)))
    assert page.form_with("SAMLResponse") is not None
    (kept,) = [it for it in computer.http.cookies if it.name == "latchkey-session"]
    assert kept.expires - now_of.now().timestamp() == pytest.approx(2 * 60 * 60, abs=60)
