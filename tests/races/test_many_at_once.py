"""Twenty sign-ins, tabs and taps of one agent at the same moment."""

from idp.agents.models import Device, Kind
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from tests.hostile.typing_codes import wrong_ones
from tests.phone import NUMBER
from tests.races import consistency
from tests.races.concurrent import MANY, at_once
from tests.user_agents import ANDROID, IPHONE

BEN = "+12015550102"


def test_twenty_sign_ins_of_one_agent_leave_exactly_one_active_phone(phone):
    phone.sign_in()
    others = [phone.like(IPHONE if index % 2 else ANDROID) for index in range(MANY)]
    at_once([lambda it=it: sign_in_however_long_it_takes(it) for it in others])
    assert Device.objects.active().filter(kind=Kind.MOBILE).count() == 1
    assert SsoSession.objects.filter(ended_at__isnull=True).count() == 1
    assert LongLivedToken.objects.filter(device__revoked_at=None, retired_at=None).count() == 1
    assert Device.objects.count() >= 2


def sign_in_however_long_it_takes(phone):
    """Ask, type the newest code, and on a refusal ask again: several share one code, and one of them wins."""
    page = phone.ask_flex()
    for _ in range(MANY):
        page = phone.ask_code(page)
        if page.form_with("code") is None:
            return
        page = phone.submit(page, "code", code=phone.code())
        if page.form_with("SAMLResponse") is not None:
            return
        page = phone.ask_flex()


def test_twenty_tabs_of_one_phone_get_one_token(phone, clock):
    phone.sign_in()
    clock.shift(7200)
    tabs = [phone.copy() for _ in range(MANY)]
    pages = at_once([tab.ask_flex for tab in tabs])
    assert all(page.form_with("SAMLResponse") is not None for page in pages)
    assert LongLivedToken.objects.count() == 2
    assert Device.objects.get().revoked_at is None


def test_a_double_tap_on_the_code_signs_in_once(phone):
    page = phone.ask_code(phone.ask_flex())
    code = phone.code()
    taps = at_once([lambda: phone.submit(page, "code", code=code)] * 2)
    assert any(tap.form_with("SAMLResponse") is not None for tap in taps)
    assert all(tap.status in {200, 403} for tap in taps)
    assert Device.objects.count() == 1


def test_twenty_guesses_at_once_reach_twilio_five_times_at_most(phone, verify):
    page = phone.ask_code(phone.ask_flex())
    guesses = at_once([lambda it=it: phone.submit(page, "code", code=it) for it in wrong_ones(phone, MANY)])
    assert all(guess.form_with("SAMLResponse") is None for guess in guesses)
    checks = verify.state.counters()["paths"].get("POST VerificationCheck", 0)
    assert checks <= 5


def test_twenty_requests_for_a_code_send_one_text(phone):
    pages = [(it, it.ask_flex()) for it in (phone.like() for _ in range(MANY))]
    answers = at_once([lambda it=it, page=page: it.ask_code(page) for it, page in pages])
    assert all(answer.heading == "Enter the code" for answer in answers)
    assert phone.code()
    assert phone.messages(NUMBER) == 1


def test_one_request_is_answered_once_however_often_it_is_sent(phone):
    phone.sign_in()
    request = phone.http.get(f"{phone.sp_url}/sign-in", allow_redirects=False).headers["Location"]
    pages = at_once([lambda: phone.open(request)] * MANY)
    assert sum(page.form_with("SAMLResponse") is not None for page in pages) == 1
    assert all(page.status == 200 for page in pages)


def test_two_agents_who_swap_phones_in_the_same_moment_both_get_in(phone, android):
    holders = {NUMBER: phone, BEN: android}
    for number, own in holders.items():
        own.sign_in(number)
    for _ in range(3):
        holders = dict(zip(holders, reversed(holders.values()), strict=True))
        at_once([lambda it=it, number=number: it.sign_in(number, force_authn="1") for number, it in holders.items()])
        consistency.check()
    emails = {number: it.sign_in_silently()["attributes"]["email"] for number, it in holders.items()}
    assert emails == {NUMBER: ["ana@acme.example"], BEN: ["ben@acme.example"]}
    assert Device.objects.active().count() == 2


def test_a_phone_that_rotates_its_token_while_it_is_replaced_is_signed_out(phone, android, clock):
    android.sign_in()
    for old, new in ((android, phone), (phone, android), (android, phone)):
        clock.shift(7200)
        page, sent = new.ask_flex(force_authn="1"), new.messages()
        page = new.ask_code(page)
        code = new.code(after=sent)
        at_once([lambda it=new, at=page, code=code: it.submit(at, "code", code=code), *[old.ask_flex] * 3])
        consistency.check()
        assert old.ask_flex().heading == "You signed in on another phone"
        assert new.sign_in_silently()["signed_in"]
