"""Only the agent's own acts extend a session, and a service may be told when it ends."""

from datetime import datetime, timedelta

import pytest

from idp import background
from idp.agents.models import Device
from idp.saml.models import ServiceProvider
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from tests.conftest import NOW, later
from tests.journeys.visits import asks_for_a_code
from tests.policies.publishing import in_force
from tests.pretend_service import BASE_URL, PretendService

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def _told(flex):
    yield
    background.settle()


def passively(phone, home):
    assert phone.sign_in_silently(home, is_passive="1")["signed_in"]


def own_page(phone, home):
    assert phone.open(f"{BASE_URL}/me").status == 200


def status_calls(phone, home):
    assert [phone.open(f"{BASE_URL}/{it}").status for it in ("healthz", "readyz", ".well-known/jwks.json")] == [200] * 3


WITHOUT_ANYBODY = pytest.mark.parametrize("comes_by", [passively, own_page, status_calls])


@WITHOUT_ANYBODY
def test_a_computer_is_idle_despite_passive_requests_and_page_views(clock, desktop, comes_by):
    desktop.sign_in(home="/legacy/")
    for _ in range(2):
        later(clock, minutes=25)
        comes_by(desktop, "/legacy/")
    later(clock, minutes=10)
    assert desktop.ask_flex("/legacy/").heading == "Time for a new code"


@WITHOUT_ANYBODY
def test_a_phone_is_away_despite_passive_requests_and_page_views(clock, phone, comes_by):
    phone.sign_in()
    token = phone.cookie("token")
    for _ in range(2):
        later(clock, days=3)
        comes_by(phone, "/")
    assert phone.cookie("token") == token
    assert LongLivedToken.objects.count() == 1
    assert {Device.objects.get().last_seen_at.date(), SsoSession.objects.get().last_seen_at.date()} == {NOW.date()}
    later(clock, days=1)
    assert phone.ask_flex().heading == "Time for a new code"


def test_a_passive_request_does_not_disturb_the_agents_next_sign_in(clock, phone):
    phone.sign_in(home="/legacy/")
    later(clock, hours=2)
    passively(phone, "/legacy/")
    later(clock, hours=2)
    assert phone.sign_in_silently("/legacy/")["signed_in"]
    assert LongLivedToken.objects.count() == 2


def end_told(told):
    stated = told.root.find(".//{*}AuthnStatement").get("SessionNotOnOrAfter")
    return stated and datetime.fromisoformat(stated)


def about(instant):
    """Within the few seconds that a test's clock goes on."""
    return timedelta(0) <= instant < timedelta(seconds=20)


def test_a_response_states_the_earliest_limit_if_an_operator_chose_that(clock, phone):
    shifts = PretendService("shifts", states_end=True)
    assert about(end_told(shifts.sign_in(phone)) - NOW - timedelta(hours=1))
    for _ in range(2):
        later(clock, minutes=50)
        told = shifts.sign_in(phone)
    assert about(end_told(told) - NOW - timedelta(minutes=160))
    later(clock, hours=22)
    assert about(end_told(shifts.sign_in(phone)) - NOW - timedelta(hours=24))


def test_no_response_states_a_limit_by_default(clock, phone):
    assert end_told(PretendService("shifts").sign_in(phone)) is None
    assert set(ServiceProvider.objects.values_list("states_end", flat=True)) == {False}


def test_a_retired_token_key_is_given_as_the_cause(clock, phone):
    from idp.keys.models import SigningKey, Use

    phone.sign_in()
    SigningKey.objects.filter(use=Use.TOKEN).delete()
    page = phone.ask_flex()
    assert page.heading == "Time for a new code"
    assert "We changed the key" in page.text
    phone.sign_in()
    assert phone.sign_in_silently()["signed_in"]


def test_a_rule_that_requires_a_code_each_time_is_given_as_the_cause(clock, phone):
    in_force(name="Codes for phones", effect="ask_code")
    phone.sign_in()
    page = phone.ask_flex()
    assert page.heading == "Time for a new code"
    assert "Your contact centre asks for a code each time you sign in on this phone." in page.text
    assert asks_for_a_code(phone)
