"""One active phone for each agent, which reads why it was signed out, and computers beside it."""

from idp.agents.models import Device, Kind
from idp.audit.models import LoginEvent
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken


def test_a_second_phone_signs_out_the_first_which_reads_why(phone, android):
    phone.sign_in()
    android.sign_in()
    page = phone.ask_flex()
    assert page.heading == "You signed in on another phone"
    assert "Android phone, Chrome" in page.text
    assert page.form_with("identifier") is not None


def test_the_first_phone_may_come_back_with_a_code(phone, android):
    phone.sign_in()
    android.sign_in()
    page = phone.ask_code(phone.ask_flex())
    assert phone.submit(page, "code", code=phone.code(after=2)).form_with("SAMLResponse") is not None
    assert android.ask_flex().heading == "You signed in on another phone"


def test_device_session_and_token_of_the_first_phone_end_together(phone, android):
    phone.sign_in()
    first = Device.objects.get()
    android.sign_in()
    first.refresh_from_db()
    second = Device.objects.active().get()
    ended = SsoSession.objects.get(device=first)
    assert (first.reason, first.replaced_by) == ("replaced", second)
    assert (ended.reason, ended.ended_at) == ("replaced", first.revoked_at)
    assert LoginEvent.objects.get(kind="device ended").device == first


def test_nobody_is_signed_out_until_the_code_is_right(phone, android):
    phone.sign_in()
    page = android.ask_code(android.ask_flex())
    android.submit(page, "code", code="000000" if phone.code(after=1) != "000000" else "111111")
    assert phone.sign_in_silently()["signed_in"]


def test_a_computer_neither_signs_out_the_phone_nor_gets_a_long_lived_token(phone, desktop):
    phone.sign_in()
    desktop.sign_in()
    assert desktop.cookie("token") is None
    assert desktop.cookie("session") is not None
    assert phone.sign_in_silently()["signed_in"]
    assert desktop.sign_in_silently()["signed_in"]
    assert LongLivedToken.objects.filter(device__kind=Kind.DESKTOP).count() == 0


def test_a_phone_does_not_sign_out_the_computer(phone, desktop):
    desktop.sign_in()
    phone.sign_in()
    assert desktop.sign_in_silently()["signed_in"]


def test_a_phone_has_no_session_cookie_that_bypasses_the_rotation(phone):
    phone.sign_in()
    assert phone.cookie("session") is None
    assert phone.cookie("token") is not None


def test_another_agent_in_the_same_browser_signs_out_the_first(phone):
    phone.sign_in("+12015550101")
    page = phone.ask_code(phone.ask_flex(force_authn="1"), "+12015550102")
    known = phone.arrive(phone.submit(page, "code", code=phone.code("+12015550102")))
    assert known["attributes"]["email"] == ["ben@acme.example"]
    assert Device.objects.get(agent__email="ana@acme.example").reason == "handed over"


def test_an_agent_who_is_switched_off_is_signed_out_at_once(phone):
    from idp.agents.models import Agent

    phone.sign_in()
    Agent.objects.filter(email="ana@acme.example").update(is_active=False)
    page = phone.ask_code(phone.ask_flex())
    page = phone.submit(page, "code", code=phone.code(after=1))
    assert (page.status, page.heading) == (403, "Your access is switched off")
