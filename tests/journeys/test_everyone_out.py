"""*Everyone out*: one row ends every sign-in at once; then each device is recorded and services are notified."""

import pytest

from idp import background
from idp import clock as time
from idp.agents.models import Device
from idp.audit.events import Origin
from idp.login.emergency import everyone_out
from idp.saml.models import LogoutNotice
from tests.conftest import later
from tests.journeys.visits import asks_for_a_code
from tests.pretend_service import BASE_URL, PretendService

ORIGIN = Origin(None, "", "7KQ2M-9TX4D")


@pytest.fixture
def _told(flex):
    yield
    background.settle()


def cut_off():
    return everyone_out.begin(None, "backup restored", ORIGIN, time.now())


def test_everyone_out_signs_out_phone_and_computer_at_once_and_they_read_why(clock, phone, desktop):
    phone.sign_in()
    desktop.sign_in()
    later(clock, hours=1)
    assert cut_off() == 2
    for browser in (phone, desktop):
        page = browser.ask_flex()
        assert page.heading == "You were signed out"
        assert "On Saturday 21 November, 10:00 UTC, everyone was signed out." in page.text
        assert browser.open(f"{BASE_URL}/me").status == 403


def test_after_everyone_out_a_code_signs_the_same_phone_in_again(clock, phone):
    phone.sign_in()
    cut_off()
    later(clock, seconds=1)
    phone.sign_in()
    assert everyone_out.end_devices(ORIGIN, time.now) == 0
    assert phone.sign_in_silently()["signed_in"]
    assert Device.objects.count() == 1


def test_a_sign_in_finished_before_everyone_out_gets_no_response_after_it(clock, phone):
    page = phone.ask_code(phone.ask_flex())
    form = page.form_with("code")
    data = dict(form.form_values()) | {"code": phone.code(after=0)}
    finished = phone.http.post(page.url, data, allow_redirects=False, timeout=30)
    cut_off()
    page = phone.open(f"{BASE_URL}{finished.headers['Location']}")
    assert page.status == 410
    assert page.form_with("SAMLResponse") is None


@pytest.mark.usefixtures("_told")
def test_everyone_out_is_recorded_for_each_phone_and_services_are_notified(clock, phone, desktop):
    shifts = PretendService("shifts")
    shifts.sign_in(phone)
    desktop.sign_in("+12015550102")
    cut_off()
    assert everyone_out.end_devices(ORIGIN, time.now, most=200) == 2
    assert set(Device.objects.values_list("reason", flat=True)) == {"everyone"}
    assert LogoutNotice.objects.get(service_provider=shifts.row).reason == "everyone"
    assert asks_for_a_code(phone)


def test_an_agent_who_signs_in_while_everyone_out_is_recorded_stays_signed_in(clock, phone, android):
    phone.sign_in()
    cut_off()
    later(clock, seconds=1)
    android.sign_in("+12015550102")
    assert everyone_out.end_devices(ORIGIN, time.now) == 1
    assert android.sign_in_silently()["signed_in"]
