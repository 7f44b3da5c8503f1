"""A supervisor's day in Chromium: adds an agent, gives a code, signs out a phone, and lacks some rights."""

import pytest
from django.conf import settings
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp.agents.models import Agent, Device, Supervisor
from idp.demo.seeds import SUPERVISOR_OF_SALES
from idp.otp.models import OneTimeCode
from idp.web.departments import supervisors
from tests.web.conftest import inside

pytestmark = pytest.mark.slow


@pytest.fixture
def sami(flex):
    """The demo's supervisor of Sales, with a second factor."""
    person = Agent.objects.get(email=SUPERVISOR_OF_SALES)
    TOTPDevice.objects.create(user=person, name="authenticator app", confirmed=True)
    return person


@pytest.fixture
def desk(browser_page, live_server, sami):
    """The home page of the admin, in the browser of that supervisor, who is inside."""
    page = browser_page("computer")
    cookie = inside(sami).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"{live_server.url}/admin/")
    return page


def test_a_supervisors_day(desk, phone):
    phone.sign_in()
    desk.reload()
    _adds_zoe(desk)
    _gives_her_a_code(desk)
    _signs_out_anas_phone(desk)
    desk.wait_for_load_state()  # what it still asks for would be refused
    Supervisor.objects.update(barred=True)
    desk.get_by_role("link", name="Home").first.click()
    assert desk.locator("h1").inner_text() == supervisors.Barred.sentence.removesuffix(".")


def _adds_zoe(desk):
    desk.get_by_role("link", name="Add an agent").click()
    desk.get_by_label("Full name").fill("Zoë New")
    desk.get_by_label("Email").fill("zoe@acme.example")
    desk.locator("#id_numbers-0-number").fill("+1 201 555 0171")
    desk.get_by_role("button", name="Save", exact=True).click()
    zoe = Agent.objects.get(email="zoe@acme.example")
    assert (zoe.department.name, zoe.role_names, zoe.is_staff) == ("Sales", ("agent",), False)


def _gives_her_a_code(desk):
    desk.get_by_role("link", name="Zoë New").first.click()
    desk.get_by_role("link", name="Give Zoë New a one-time code").click()
    desk.get_by_label("Reason").fill("Her SIM is broken")
    desk.get_by_role("button", name="Give").click()
    assert OneTimeCode.objects.get().given_by.email == SUPERVISOR_OF_SALES


def _signs_out_anas_phone(desk):
    desk.get_by_role("link", name="Home").first.click()
    desk.get_by_role("link", name="See their phones and computers").click()
    desk.get_by_role("link", name="iPhone").first.click()
    desk.get_by_role("button", name="Sign out Ana García").first.click()
    desk.get_by_text("is signed out of iPhone, Safari").wait_for()
    assert not Device.objects.active().exists()
