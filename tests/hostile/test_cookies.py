"""Cookies that are changed, borrowed, planted in advance, or used after their end."""

import pytest

from idp.agents.models import Device, Reason
from idp.login.cookies import MOST_FLOWS
from idp.sessions.models import SsoSession
from tests.hostile import raw_http
from tests.hostile.authn_requests import BASE_URL, link
from tests.hostile.outcome import SIGN_IN
from tests.hostile.typing_codes import BEN

pytestmark = pytest.mark.any_database


def is_asked_who_it_is(page):
    return page.status == 200 and page.form_with("identifier") is not None


def plant(phone, kind, value):
    phone.http.cookies.set(f"latchkey-{kind}", value, domain="localhost.local", path="/")


def replace(phone, kind, value):
    for cookie in phone.http.cookies:
        if cookie.name == f"latchkey-{kind}":
            cookie.value = value


def bent(value):
    return value[:-1] + ("A" if value[-1] != "A" else "B")


@pytest.mark.parametrize("bend", [bent, str.upper, lambda it: it + it, lambda _: "x" * 3000, lambda _: '"; Path=/'])
@pytest.mark.parametrize("kind", ["device", "token"])
def test_a_phone_with_a_changed_cookie_is_asked_for_a_code(outcome, phone, kind, bend):
    phone.sign_in()
    replace(phone, kind, bend(phone.cookie(kind)))
    page = phone.ask_flex()
    outcome.error_page(page, 200)
    assert is_asked_who_it_is(page)


@pytest.mark.parametrize("kind", ["device", "session"])
def test_a_computer_with_a_changed_cookie_is_asked_for_a_code(outcome, desktop, kind):
    desktop.sign_in()
    replace(desktop, kind, bent(desktop.cookie(kind)))
    assert is_asked_who_it_is(desktop.ask_flex())


def test_phone_and_computer_sign_in_with_their_unchanged_cookies(outcome, phone, desktop):
    for browser in (phone, desktop):
        browser.sign_in()
        assert browser.sign_in_silently()["signed_in"]


@pytest.mark.parametrize("kind", ["device", "token"])
def test_the_cookie_of_another_agent_signs_nobody_in(outcome, phone, android, kind):
    phone.sign_in()
    android.sign_in(BEN)
    replace(phone, kind, android.cookie(kind))
    assert is_asked_who_it_is(phone.ask_flex())


def test_a_device_cookie_alone_signs_nobody_in(outcome, phone):
    phone.sign_in()
    thief = phone.like()
    plant(thief, "device", phone.cookie("device"))
    outcome.start()
    assert is_asked_who_it_is(thief.open(link()))
    outcome.nothing_written(SIGN_IN)


def test_all_cookies_of_a_phone_together_sign_it_in(outcome, phone):
    phone.sign_in()
    copy = phone.like()
    for kind in ("device", "token"):
        plant(copy, kind, phone.cookie(kind))
    assert copy.open(link()).form_with("SAMLResponse") is not None


def test_a_cookie_planted_before_the_code_is_worthless_after_it(outcome, phone):
    plant(phone, "device", "chosen by somebody else")
    plant(phone, "token", "chosen by somebody else")
    phone.sign_in()
    secrets = [cookie.value for cookie in phone.http.cookies if cookie.domain != "localhost.local"]
    assert "chosen by somebody else" not in secrets
    thief = phone.like()
    plant(thief, "device", "chosen by somebody else")
    plant(thief, "token", "chosen by somebody else")
    assert is_asked_who_it_is(thief.open(link()))


@pytest.mark.parametrize("kept", [("device", "token"), ("device",), ("token",)], ids=" and ".join)
def test_a_code_issues_new_secrets_and_revokes_the_old_ones(outcome, phone, kept):
    phone.sign_in()
    old = {kind: phone.cookie(kind) for kind in ("device", "token")}
    phone.sign_in(force_authn="1")
    new = {kind: phone.cookie(kind) for kind in old}
    assert not [kind for kind in old if new[kind] == old[kind]]
    assert phone.sign_in_silently()["signed_in"]
    thief = phone.like()
    for kind, value in {**new, **{kind: old[kind] for kind in kept}}.items():
        plant(thief, kind, value)
    assert is_asked_who_it_is(thief.open(link()))


def test_a_browser_of_one_agent_can_be_taken_over_by_another(outcome, phone):
    phone.sign_in()
    anas = phone.cookie("device")
    assert phone.sign_in(BEN, force_authn="1")["attributes"]["email"] == ["ben@acme.example"]
    assert Device.objects.get(agent__email="ana@acme.example").reason == Reason.HANDED_OVER
    assert SsoSession.objects.filter(ended_at=None).count() == 1
    assert phone.cookie("device") != anas


def test_each_secret_cookie_is_bound_to_the_host_and_hidden_from_scripts(outcome, phone):
    page = phone.ask_flex()
    phone.arrive(phone.submit(phone.ask_code(page), "code", code=phone.code()))
    ours = [cookie for cookie in phone.http.cookies if cookie.name.startswith("latchkey-")]
    assert {it.name.removeprefix("latchkey-").partition("-")[0] for it in ours} == {"flow", "device", "token", "form"}
    for cookie in ours:
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite") == "Lax"
        assert not cookie.domain_specified
        assert len(cookie.value) < 4096


ODD = {
    "escapes": "latchkey-device=%00%0d%0a",  # first, because PostgreSQL stores no NUL
    "nothing": "",
    "only separators": ";;; ;=;",
    "no value": "latchkey-device",
    "twice": "latchkey-device=a; latchkey-device=b",
    "quoted": 'latchkey-device="a\\"b"; latchkey-token="\\073"',
    "octets beyond ASCII": b"latchkey-device=\xff\xfe\x80",
    "three hundred of them": "; ".join(f"latchkey-flow-{n}=x" for n in range(300)),
    "of 16 kB": f"latchkey-token={'x' * 16_000}",
    "of no session": "latchkey-operator=nobody; latchkey-session=nobody",
    "a token of no kind": "latchkey-token=a.b.c",
    "a token by nobody": "latchkey-token=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.",
    "a token that names a file": "latchkey-token=eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLy4uL2V0Yy9wYXNzd2QifQ.e30.AA",
}


@pytest.mark.parametrize("cookies", ODD.values(), ids=ODD)
def test_malformed_cookies_are_ignored(outcome, cookies):
    target = link().removeprefix(BASE_URL)
    page = raw_http.send(BASE_URL, target, headers={"Cookie": cookies})
    assert page.status == 303
    assert page.response.headers["Location"].startswith("/login/")
    outcome.nothing_written(SIGN_IN)


@pytest.mark.parametrize("query", [{}, {"binding": "post"}], ids=["redirect", "post"])
def test_a_browser_that_begins_login_after_login_keeps_the_cookies_of_the_last_ones(outcome, phone, query):
    pages = [phone.ask_flex(**query) for _ in range(MOST_FLOWS + 2)]
    assert len([it for it in phone.http.cookies if it.name.startswith("latchkey-flow-")]) == MOST_FLOWS
    outcome.start()
    outcome.refused(phone.open(pages[0].url), 400, "cookie_lost")
    page = phone.ask_code(pages[-1])
    assert phone.arrive(phone.submit(page, "code", code=phone.code()))["signed_in"]
