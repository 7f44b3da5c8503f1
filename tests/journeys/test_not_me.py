"""*That was not me*: the new phone reads what it replaces, the old one can report it, and operators are alarmed."""

import pytest

from idp.agents.models import Device
from idp.audit.models import LoginEvent
from tests.conftest import later
from tests.journeys.visits import asks_for_a_code
from tests.pretend_service import BASE_URL
from tests.user_agents import ANDROID

ME = f"{BASE_URL}/me"
REPORTS = f"{ME}/not-me"


@pytest.fixture
def replaced(clock, phone, android):
    """The page on Ana's iPhone that says that an Android phone was signed in."""
    phone.sign_in()
    later(clock, minutes=5)
    android.sign_in()
    return phone.ask_flex()


def not_me(phone, page):
    return phone.submit(page, "not_me", not_me="yes")


def test_the_new_phone_reads_the_platform_of_the_former_one_only_after_the_code(clock, phone, android):
    phone.sign_in()
    page = android.ask_code(android.ask_flex())
    assert "Signing in here signs you out on any other phone." in page.text
    assert "iPhone" not in page.text
    page = android.submit(page, "code", code=android.code(after=1))
    ended = "Signing in here signed you out on your other phone: iPhone, Safari (signed in since Saturday 21 November"
    assert page.form_with("SAMLResponse") is not None
    assert ended in page.text
    assert ended in android.open(ME).text


def test_a_sign_in_that_replaces_no_phone_mentions_none(clock, phone):
    page = phone.ask_code(phone.ask_flex())
    page = phone.submit(page, "code", code=phone.code(after=0))
    assert "signed you out" not in page.text
    assert "signed you out" not in phone.open(ME).text


def test_that_was_not_me_signs_out_the_other_phone_and_shows_operators_both_addresses(android, phone, replaced):
    page = not_me(phone, replaced)
    assert page.heading == "We signed the other phone out"
    assert "You said that the sign-in on another phone (Android phone, Chrome) was not you." in page.text
    assert page.form_with("not_me") is None
    ended = Device.objects.get(label="Android phone, Chrome")
    assert ended.reason == "reported"
    told = LoginEvent.objects.get(kind="not me")
    assert (told.device, told.address, told.detail) == (ended, "127.0.0.1", "said on iPhone, Safari")
    page = android.ask_flex()
    assert page.heading == "We signed this phone out to keep you safe"
    assert "this sign-in was not yours" in page.text
    assert page.form_with("not_me") is None


def test_the_former_phone_can_do_nothing_else(phone, replaced):
    not_me(phone, replaced)
    assert asks_for_a_code(phone)
    assert phone.open(ME).status == 403


def test_a_report_of_a_former_phone_counts_once(phone, android, replaced):
    not_me(phone, replaced)
    android.sign_in()
    not_me(phone, replaced)
    assert android.sign_in_silently()["signed_in"]
    assert LoginEvent.objects.filter(kind="not me").count() == 1


def test_a_page_without_the_button_accepts_no_report(clock, phone, android, replaced):
    later(clock, days=7)
    page = phone.ask_flex()
    assert page.heading == "You signed in on another phone"
    assert page.form_with("not_me") is None
    token = page.form_with("identifier").fields["csrfmiddlewaretoken"]
    phone.http.post(page.url, {"csrfmiddlewaretoken": token, "not_me": "yes"}, timeout=30)
    assert not LoginEvent.objects.filter(kind="not me").exists()


def test_a_cookie_on_another_platform_signs_out_no_other_phone(phone, android, replaced):
    phone.http.headers["User-Agent"] = ANDROID
    not_me(phone, replaced)
    assert android.sign_in_silently()["signed_in"]


def test_an_agent_signs_out_an_unknown_device_on_their_own_page(clock, phone, desktop):
    desktop.sign_in()
    later(clock, minutes=5)
    phone.sign_in()
    page = phone.open(ME)
    assert "iPhone, Safari (this phone), with a code" in page.text
    page = phone.submit(page, "which", which=str(Device.objects.get(kind="desktop").pk))
    assert "You said that this was not you. It is signed out." in page.seen_first
    assert page.form_with("which") is None
    assert desktop.ask_flex().heading == "We signed this computer out to keep you safe"
    assert phone.sign_in_silently()["signed_in"]


def test_nobody_reports_a_device_of_somebody_else_or_by_another_site(phone, android):
    phone.sign_in()
    page = phone.open(ME)
    android.sign_in("+12015550102")
    bens = Device.objects.get(agent__email="ben@acme.example")
    token = page.form_with("out").fields["csrfmiddlewaretoken"]
    for which, status in ((str(bens.pk), 404), ("x", 404), (str(Device.objects.exclude(pk=bens.pk).get().pk), 404)):
        sent = phone.http.post(REPORTS, {"which": which, "csrfmiddlewaretoken": token}, timeout=30)
        assert sent.status_code == status
    assert phone.http.post(REPORTS, {"which": str(bens.pk)}, timeout=30).status_code == 403
    assert android.sign_in_silently()["signed_in"]
