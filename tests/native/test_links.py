"""An app opens Rota in the browser: no code that is not due, and none skipped that is."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from idp.agents.models import Device, Reason
from idp.audit.models import Kind, LoginEvent
from idp.login.models import Loan
from idp.native.models import Client, SignInLink
from idp.policies.models import TimeoutPolicy
from idp.policies.user_agents import Platform
from idp.saml.models import IssuedAssertion, ServiceProvider
from idp.sessions.models import SsoSession
from tests.native.own_app import BASE_URL, USER_AGENT, a_client, a_rule_against, an_app_signed_in, renew
from tests.other_codes import agent_of

DAY = timedelta(days=1)


@pytest.fixture
def sp(flex):
    sp = ServiceProvider.objects.get(slug="rota")
    sp.timeout_policy = TimeoutPolicy.objects.get(name="enhanced")
    sp.save()
    return sp


@pytest.fixture
def token(sp, clock):
    """The refresh token of an app that may open Rota, and in which Ana is signed in."""
    return an_app_signed_in(a_client(services=[sp]), agent_of())


def ask(token, slug="rota"):
    access = renew(token).json()["access_token"]
    headers = {"Authorization": f"Bearer {access}", "User-Agent": USER_AGENT}
    return requests.post(f"{BASE_URL}/api/v1/sign-in-links", json={"sp": slug}, headers=headers, timeout=30)


def link(token):
    answer = ask(token)
    assert answer.json()["expires_in"] == 60
    return answer.json()["url"]


def arrive(phone, page):
    """Carry the answer to Rota, and return whom it is about."""
    assert phone.arrive(page, "/app/")["signed_in"]
    return IssuedAssertion.objects.latest("issued_at").agent.email


def test_the_browser_is_let_into_rota_without_a_code_and_becomes_no_device(phone, token):
    assert arrive(phone, phone.open(link(token))) == "ana@acme.example"
    assert Device.objects.get().client == "acme-phone"
    assert phone.cookie("device") is phone.cookie("loan") is phone.cookie("token") is None
    line = LoginEvent.objects.filter(kind=Kind.SIGNED_IN).first()
    assert (line.device, line.service, line.detail) == (Device.objects.get(), "rota", "opened by its app")


def test_a_link_opens_once(phone, token):
    url = link(token)
    arrive(phone, phone.open(url))
    page = phone.like().open(url)
    assert (page.status, page.heading) == (410, "This link does not work any more")


def test_one_loan_gives_one_sign_in_even_if_its_cookie_was_copied(phone, token):
    phone.http.get(link(token), allow_redirects=False, timeout=30)
    copy = phone.copy()
    assert arrive(phone, phone.open(f"{BASE_URL}/saml/start/rota")) == "ana@acme.example"
    assert copy.open(f"{BASE_URL}/saml/start/rota").form_with("identifier") is not None


def test_a_link_is_valid_for_a_minute_and_its_loan_for_five(phone, token, clock):
    early, late = link(token), link(token)
    clock.shift(59)
    follow = phone.http.get(early, allow_redirects=False, timeout=30)
    assert (follow.status_code, follow.headers["Location"]) == (303, "/saml/start/rota")
    clock.shift(1)
    assert phone.like().open(late).status == 410
    clock.shift(298)
    assert arrive(phone, phone.open(f"{BASE_URL}/saml/start/rota"))


def test_after_five_minutes_a_loan_opens_nothing(phone, token, clock):
    phone.http.get(link(token), allow_redirects=False, timeout=30)
    clock.shift(301)
    assert phone.open(f"{BASE_URL}/saml/start/rota").form_with("identifier") is not None


def test_a_link_or_loan_that_a_clock_that_was_ahead_made_opens_nothing_once_it_is_set_back(phone, token, clock):
    clock.shift(timedelta(minutes=14))  # for which an access token counts
    phone.http.get(link(token), allow_redirects=False, timeout=30)
    late = link(token)
    clock.shift(-timedelta(minutes=14))
    assert phone.open(f"{BASE_URL}/saml/start/rota").form_with("identifier") is not None
    assert phone.open(late).status == 410


@pytest.mark.parametrize(
    "header",
    [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Purpose": "preview"}, {"X-Moz": "prefetch"}],
)
def test_a_browser_that_prefetches_a_link_does_not_use_it_up(phone, token, header):
    url = link(token)
    assert requests.get(url, headers=header, timeout=30, allow_redirects=False).status_code == 503
    assert requests.head(url, timeout=30, allow_redirects=False).status_code == 200
    assert SignInLink.objects.get().opened_at is None
    assert arrive(phone, phone.open(url))


def test_link_and_loan_end_with_the_device(phone, token):
    before, after = link(token), link(token)
    phone.http.get(before, allow_redirects=False, timeout=30)
    requests.post(f"{BASE_URL}/oauth/revoke", data={"token": token}, timeout=30)
    assert phone.like().open(after).status == 410
    assert phone.open(f"{BASE_URL}/saml/start/rota").form_with("identifier") is not None
    assert Loan.objects.get().used_at is None


def test_an_agent_whose_code_is_due_at_the_service_has_to_enter_one(sp, phone, token, clock):
    sp.timeout_policy = TimeoutPolicy.objects.get(name="legacy")
    sp.save()
    clock.shift(DAY)
    answer = ask(token)
    assert (answer.status_code, answer.json()["reason"]) == (401, "code_needed")
    assert 'error="insufficient_user_authentication"' in answer.headers["WWW-Authenticate"]
    assert not SignInLink.objects.exists()


def test_a_limit_that_passes_between_link_and_browser_counts(sp, phone, token, clock):
    sp.timeout_policy = TimeoutPolicy.objects.get(name="legacy")
    sp.save()
    clock.shift(DAY - timedelta(seconds=30))
    url = link(token)
    clock.shift(30)
    assert phone.open(url).form_with("identifier") is not None
    assert Loan.objects.get().used_at is None


def test_a_link_opens_a_new_session_after_a_limit_ended_the_old_one(sp, phone, token, clock):
    sp.timeout_policy = TimeoutPolicy.objects.get(name="legacy, remembered")
    sp.save()
    clock.shift(2 * DAY)
    assert arrive(phone, phone.open(link(token)))
    assert SsoSession.objects.get(ended_at=None).opened_by == "token"


def test_the_access_policy_judges_the_browser_that_opened_the_link(phone, android, token):
    a_rule_against(Platform.ANDROID)
    assert android.open(link(token)).heading == "This phone can't be used for Rota"
    assert Loan.objects.get().used_at is None
    assert arrive(phone, phone.open(link(token)))


@pytest.mark.parametrize("slug", ["flex", "nothing", "rota"])
def test_an_app_gets_no_link_to_a_service_that_it_may_not_open(sp, token, slug):
    if slug == "rota":
        sp.unsolicited = False
        sp.save()
    answer = ask(token, slug)
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_resource")


def test_a_loan_opens_no_other_service(sp, phone, token):
    phone.http.get(link(token), allow_redirects=False, timeout=30)
    assert phone.ask_flex().form_with("identifier") is not None
    assert Loan.objects.get().used_at is None


def test_a_link_of_an_app_that_was_switched_off_opens_nothing(phone, token):
    url = link(token)
    Client.objects.update(enabled=False)
    assert phone.open(url).status == 410


def test_a_browser_stays_signed_in_as_its_own_agent_after_a_loan(phone, token):
    desktop = phone.like("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0")
    desktop.sign_in("+12015550102")
    assert arrive(desktop, desktop.open(link(token))) == "ana@acme.example"
    assert arrive(desktop, desktop.open(f"{BASE_URL}/saml/start/rota")) == "ben@acme.example"


def test_a_links_secret_is_neither_stored_nor_logged(phone, token, capfd):
    url = link(token)
    phone.open(url)
    secret = urlsplit(url).path.rpartition("/")[2]
    assert secret not in capfd.readouterr().err
    assert secret not in str(list(SignInLink.objects.values()) + list(Loan.objects.values()))
    assert Device.objects.get().reason != Reason.COPIED
