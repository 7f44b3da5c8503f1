"""Factors that agents set up on their own page for the day on which no text arrives."""

from datetime import timedelta

import pytest

from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from idp.otp.models import AuthenticatorApp, RecoveryCode
from idp.otp.other_codes import recovery_codes
from tests.hostile.typing_codes import BEN
from tests.other_codes import App, a_one_time_code, a_sheet, agent_of, an_app, sign_in
from tests.pretend_service import BASE_URL

ME, APP, SHEET = f"{BASE_URL}/me", f"{BASE_URL}/me/authenticator", f"{BASE_URL}/me/recovery-codes"
A_WHILE = timedelta(minutes=10)


@pytest.fixture
def allowed(flex):
    """Ana, who may use an app and make recovery codes."""
    Agent.objects.filter(pk=agent_of().pk).update(may_use_app=True, may_make_recovery_codes=True)
    return agent_of()


def shown_app(page):
    return App(page.html.xpath("string(//code)"))


def codes_on(page):
    return page.html.xpath("//ol[@class='sheet']//code/text()")


def test_an_agent_sets_up_an_app_and_signs_in_with_it(phone, android, clock, allowed):
    phone.sign_in()
    page = phone.open(APP)
    app = shown_app(page)
    page = phone.submit(page, "code", code=app.code())
    assert "Your authenticator app was set up Saturday 21 November" in page.text
    clock.shift(30)
    assert sign_in(android, "app", app.code())["signed_in"]
    assert LoginEvent.objects.get(kind=Kind.FACTOR_ADDED).detail == "authenticator app, by the agent"


def test_a_wrong_code_sets_nothing_up_and_keeps_the_key(phone, allowed):
    phone.sign_in()
    page = phone.open(APP)
    app = shown_app(page)
    page = phone.submit(page, "code", code=app.wrong())
    assert (page.status, shown_app(page).key) == (403, app.key)
    assert not AuthenticatorApp.objects.filter(confirmed=True).exists()


def test_the_key_of_an_app_is_stored_encrypted(phone, allowed):
    phone.sign_in()
    app = shown_app(phone.open(APP))
    assert app.key.hex() not in AuthenticatorApp.objects.get().sealed_key
    assert AuthenticatorApp.objects.get().sealed_key.startswith("gAAAA")


@pytest.mark.parametrize("address", [APP, SHEET], ids=["the app", "the sheet"])
def test_setting_up_a_factor_requires_a_recent_code_and_continues_after_one(phone, clock, allowed, address):
    phone.sign_in()
    clock.shift(A_WHILE)
    page = phone.open(address)
    assert (page.status, page.heading) == (403, "Sign in with a code first")
    page = phone.submit(page, "goal", goal=address.rsplit("/", 1)[1])
    assert "asked you to confirm" not in page.text  # the page before said why
    before = phone.messages()
    page = phone.submit(phone.ask_code(page), "code", code=phone.code(after=before))
    assert (page.status, page.url) == (200, address)
    assert Device.objects.active().count() == 1


@pytest.mark.parametrize("make", [a_one_time_code, lambda agent: a_sheet(agent)[0]], ids=["one-time", "recovery"])
def test_after_a_printed_code_no_lasting_factor_can_be_set_up(phone, allowed, make):
    sign_in(phone, "backup", make(allowed))
    for address in (APP, SHEET):
        assert phone.open(address).heading == "Sign in with a code first"
    assert phone.http.post(SHEET, timeout=30).status_code == 403


def test_the_sign_in_to_the_agents_own_page_accepts_no_recovery_code(phone, clock, allowed):
    phone.sign_in()
    clock.shift(A_WHILE)
    page = phone.ask_code(phone.submit(phone.open(APP), "goal", goal="authenticator"))
    assert "Use your authenticator app instead" in page.text
    assert "recovery code" not in page.text


def test_an_agent_who_may_not_use_an_app_reads_so(phone):
    phone.sign_in()
    for address in (APP, SHEET):
        page = phone.open(address)
        assert (page.status, page.heading) == (403, "This is not switched on for you")
    assert "When no text arrives" not in phone.open(ME).text


def test_a_stranger_sets_nothing_up(phone, allowed):
    assert {phone.open(address).heading for address in (APP, SHEET)} == {"You are not signed in here"}


def test_an_agent_removes_the_app(phone, clock, allowed):
    app = an_app(allowed)
    phone.sign_in()
    clock.shift(A_WHILE)
    page = phone.submit(phone.open(ME), "remove", remove="app")
    assert "Remove the authenticator app" not in page.text
    assert page.seen_first == "Set up an authenticator app"
    assert not AuthenticatorApp.objects.exists()
    assert app


def test_a_new_app_replaces_the_former_one(phone, android, clock, allowed):
    old = an_app(allowed)
    phone.sign_in()
    page = phone.open(APP)
    assert "The app you set up earlier will stop working." in page.text
    new = shown_app(page)
    phone.submit(page, "code", code=new.code())
    clock.shift(60)
    assert sign_in(android, "app", new.code())["signed_in"]
    assert AuthenticatorApp.objects.count() == 1
    assert old.key != new.key


def test_a_sheet_is_shown_once_and_only_hashes_are_stored(phone, android, allowed):
    phone.sign_in()
    page = phone.submit(phone.open(SHEET), "csrfmiddlewaretoken")
    codes = codes_on(page)
    assert len(codes) == len(set(codes)) == recovery_codes.COUNT
    assert page.response.headers["Cache-Control"] == "no-store"
    assert not [it for it in codes if it in phone.open(SHEET).text + phone.open(ME).text]
    assert {len(it.code_hash) for it in RecoveryCode.objects.all()} == {64}
    assert sign_in(android, "backup", codes[3])["signed_in"]


def test_a_reload_of_a_sheet_makes_no_other_one(phone, android, allowed):
    phone.sign_in()
    form = phone.open(SHEET)
    sheet, reloaded = (phone.submit(form, "replaces") for _ in range(2))
    assert (reloaded.status, reloaded.heading, codes_on(reloaded)) == (200, "Recovery codes", [])
    assert sign_in(android, "backup", codes_on(sheet)[0])["signed_in"]


def test_the_page_that_a_reload_leads_to_makes_the_next_sheet(phone, android, allowed):
    phone.sign_in()
    form = phone.open(SHEET)
    old, reloaded = (phone.submit(form, "replaces") for _ in range(2))
    new = codes_on(phone.submit(reloaded, "replaces"))
    assert not set(new) & set(codes_on(old))
    assert sign_in(android, "backup", new[0])["signed_in"]


def test_a_page_warns_when_two_recovery_codes_are_left(phone, allowed):
    for code in a_sheet(allowed)[2:]:
        assert recovery_codes.spend(allowed, code.replace("-", ""), allowed.created_at)
    phone.sign_in()
    assert "Only 2 recovery codes are left." in phone.open(ME).text


def test_nobody_sees_the_factors_of_another_agent(phone, android, allowed):
    an_app(allowed)
    a_sheet(allowed)
    android.sign_in(BEN)
    assert "When no text arrives" not in android.open(ME).text
