"""`/me`: what agents see of their own devices, and how they sign out."""

import pytest

from idp.agents.models import Device
from idp.saml.models import LogoutNotice
from idp.saml.models.logout import Channel
from tests.journeys.visits import get_without_redirect, next_address, service_asks_for_a_code
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.usefixtures("everything_is_told")
ME = f"{BASE_URL}/me"


def test_an_agent_sees_the_phone_and_its_last_sign_ins(clock, phone, shifts):
    shifts.sign_in(phone)
    page = phone.open(ME)
    assert page.heading == "Your phone"
    assert "iPhone, Safari. Signed in since Saturday 21 November, 09:00 UTC." in page.text
    assert "Shifts, iPhone, Safari (this phone), with a code" in page.text
    assert "You need your next code on Sunday 22 November, 09:00 UTC" in page.text  # Shifts: legacy
    assert "Flex: You need your next code on Monday 30 November, 09:00 UTC, or on Saturday 28 November" in page.text


def test_a_stranger_sees_nothing(phone):
    page = phone.open(ME)
    assert (page.status, page.heading) == (403, "You are not signed in here")


def test_signing_out_here_leads_through_the_services_and_ends_here(clock, phone, shifts):
    told = shifts.sign_in(phone)
    asked, _ = shifts.read_address(next_address(phone.submit(phone.open(ME), "out", out="here")))
    assert told.name_id in "".join(asked.itertext())
    page = phone.open(shifts.answer_url(asked))
    assert (page.status, page.heading) == (200, "You are signed out")
    assert "You are signed out of Shifts." in page.text
    assert phone.ask_flex().heading == "You were signed out"


def test_flex_without_single_logout_is_named(clock, phone):
    phone.sign_in()
    page = phone.submit(phone.open(ME), "out", out="here")
    assert page.heading == "You are signed out"
    assert "Flex may stay open here until you close it." in page.text


def test_signing_out_here_leaves_the_computer_alone(clock, phone, desktop, shifts):
    shifts.sign_in(phone)
    shifts.sign_in(desktop)
    phone.submit(phone.open(ME), "out", out="here")
    assert not service_asks_for_a_code(desktop, shifts)


def test_signing_out_everywhere_ends_the_computer_too(clock, phone, desktop, shifts):
    on_phone, _ = shifts.sign_in(phone), shifts.sign_in(desktop)
    phone.submit(phone.open(ME), "out", out="everywhere")
    assert service_asks_for_a_code(desktop, shifts)
    assert set(Device.objects.values_list("reason", flat=True)) == {"agent"}
    assert [it.reason for it in LogoutNotice.objects.filter(service_provider=shifts.row)] == ["agent"] * 2
    (by_browser,) = LogoutNotice.objects.filter(channel=Channel.BROWSER)  # this one; the computer cannot carry it
    assert by_browser.issued.get().session_index == on_phone.session_index


def test_another_site_cannot_sign_an_agent_out(clock, phone, shifts):
    shifts.sign_in(phone)
    foreign = {"Origin": "https://elsewhere.example.org"}
    assert phone.http.post(ME, {"out": "here"}, headers=foreign, timeout=30).status_code == 403
    assert get_without_redirect(phone, ME).status_code == 200
