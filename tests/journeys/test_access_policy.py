"""Rules about the phone: evaluated before a text is sent, and at every silent sign-in."""

from datetime import timedelta

import pytest

from idp.agents.models import Device
from idp.audit.models import LoginEvent
from idp.policies.access.conditions import PlatformIs, RoleIs, TextContains
from idp.policies.user_agents import Platform
from idp.tokens.models import LongLivedToken
from tests.journeys.access_rules import ALWAYS, BLOCK_ANDROID, BLOCK_IOS, block
from tests.phone import NUMBER
from tests.policies import publishing
from tests.user_agents import ANDROID, DESKTOP, FLEX_MOBILE_ANDROID, FLEX_MOBILE_IOS, IPHONE

BLOCK_MOBILE = TextContains("Mobile")


@pytest.mark.parametrize(
    ("condition", "user_agent", "refused"),
    [
        pytest.param(BLOCK_ANDROID, FLEX_MOBILE_ANDROID, True, id="Android blocked, Flex Mobile on Android"),
        pytest.param(BLOCK_ANDROID, FLEX_MOBILE_IOS, False, id="Android blocked, Flex Mobile on iPhone"),
        pytest.param(BLOCK_ANDROID, DESKTOP, False, id="Android blocked, computer"),
        pytest.param(BLOCK_IOS, FLEX_MOBILE_IOS, True, id="iOS blocked, Flex Mobile on iPhone"),
        pytest.param(BLOCK_IOS, IPHONE, True, id="iOS blocked, Safari"),
        pytest.param(BLOCK_IOS, ANDROID, False, id="iOS blocked, Android"),
        pytest.param(BLOCK_MOBILE, IPHONE, True, id="Mobile blocked, iPhone"),
        pytest.param(BLOCK_MOBILE, ANDROID, True, id="Mobile blocked, Android"),
        pytest.param(BLOCK_MOBILE, DESKTOP, False, id="Mobile blocked, computer"),
        pytest.param(BLOCK_IOS, "", True, id="iOS blocked, no user agent at all"),
    ],
)
def test_a_rule_refuses_the_phones_it_names_and_no_others(phone, condition, user_agent, refused):
    block(condition)
    page = phone.like().like(user_agent) if user_agent else phone.like("")
    page = page.ask_flex()
    assert (page.status == 403) == refused
    assert (page.form_with("identifier") is None) == refused


def test_the_refused_agent_reads_the_rules_own_sentence_and_what_to_do(phone):
    block(BLOCK_IOS, "Please use an Android phone.")
    page = phone.ask_flex()
    assert page.heading == "This phone can't be used for Flex"
    assert "Please use an Android phone." in page.text
    assert "iPhone, Safari" in page.text
    assert page.reference


@pytest.mark.parametrize(
    ("condition", "user_agent", "heading", "sentence"),
    [
        (BLOCK_IOS, IPHONE, "This phone can't be used for Flex", "does not allow sign-in on this kind of phone"),
        (BLOCK_IOS, "", "This phone can't be used for Flex", "We could not tell what kind of phone"),
        (TextContains("Windows"), DESKTOP, "This computer can't be used for Flex", "use another computer or a phone"),
        (ALWAYS, IPHONE, "This sign-in is not allowed", "Your contact centre does not allow it for Flex at the moment"),
    ],
)
def test_a_refusal_says_what_it_is_about(phone, condition, user_agent, heading, sentence):
    block(condition)
    other = phone.like()
    other.http.headers["User-Agent"] = user_agent
    page = other.ask_flex()
    assert (page.status, page.heading) == (403, heading)
    assert sentence in page.text


def test_a_refused_phone_is_sent_no_text(phone):
    page = phone.ask_flex()
    block(BLOCK_IOS)
    assert phone.ask_code(page).status == 403
    assert phone.messages(NUMBER) == 0


@pytest.mark.parametrize("after", [timedelta(minutes=5), timedelta(hours=5)], ids=["by session", "by token"])
def test_a_new_rule_counts_at_the_next_silent_sign_in_and_ends_no_session(phone, clock, after):
    phone.sign_in(home="/legacy/")
    rule = block(BLOCK_IOS)
    clock.shift(after)
    before = LongLivedToken.objects.count()
    assert phone.ask_flex("/legacy/").status == 403
    assert LongLivedToken.objects.count() == before
    publishing.withdraw(rule)
    assert phone.sign_in_silently("/legacy/")["signed_in"]


def test_a_rule_about_the_agent_counts_after_the_code_and_signs_out_no_other_phone(phone, android):
    phone.sign_in()
    publishing.in_force(RoleIs(frozenset({"agent"})), BLOCK_ANDROID)
    page = android.ask_code(android.ask_flex())
    page = android.submit(page, "code", code=android.code(after=1))
    assert page.status == 403
    assert Device.objects.active().count() == 1
    assert phone.sign_in_silently()["signed_in"]


def test_a_rule_in_watch_mode_refuses_nobody(phone):
    block(BLOCK_IOS, mode="watch")
    assert phone.sign_in()["signed_in"]


def test_a_rule_can_require_a_code_each_time(phone, clock):
    block(BLOCK_IOS, effect="ask_code")
    phone.sign_in()
    clock.shift(61)
    page = phone.ask_code(phone.ask_flex())
    assert phone.arrive(phone.submit(page, "code", code=phone.code(after=1)))["signed_in"]


def test_the_first_rule_that_matches_decides(phone):
    block(BLOCK_MOBILE, effect="allow")
    block(BLOCK_IOS)
    assert phone.sign_in()["signed_in"]


def test_an_unreadable_rule_refuses_everybody(phone):
    publishing.broken([{"kind": "no such thing"}])
    assert phone.ask_flex().status == 403


def test_back_to_flex_sends_flex_an_error(phone):
    block(BLOCK_IOS)
    page = phone.ask_flex()
    page = phone.submit(page, "csrfmiddlewaretoken")
    answer = phone.submit(page, "SAMLResponse")
    assert answer.status == 403
    assert "RequestDenied" in answer.text


def test_a_refused_passive_request_gets_no_page_and_an_entry_in_the_trail(phone):
    phone.sign_in()
    block(BLOCK_IOS)
    answer = phone.submit(phone.ask_flex(is_passive="1"), "SAMLResponse")
    assert "NoPassive" in answer.text
    assert LoginEvent.objects.get(kind="refused").agent.email == "ana@acme.example"


def test_a_rule_published_between_the_code_and_the_response_still_counts(phone):
    page = phone.ask_code(phone.ask_flex())
    form = {name: value for name, value in page.form_with("code").form_values() if name != "again"}
    answer = phone.http.post(page.url, data=form | {"code": phone.code()}, allow_redirects=False)
    block(BLOCK_IOS)
    page = phone.open(f"{page.url.split('/login/')[0]}{answer.headers['Location']}")
    assert (page.status, page.form_with("SAMLResponse")) == (403, None)


def test_the_trail_says_what_a_rule_in_watch_mode_would_have_done(phone):
    rule = block(BLOCK_IOS, mode="watch")
    phone.sign_in()
    assert LoginEvent.objects.get(kind="signed in").would_have == [{"rule": str(rule.key), "effect": "deny"}]


MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.5 Safari/605.1.15"
)


def sign_in_from_a_mac(browser, touch_points):
    page = browser.submit(browser.ask_flex(), "identifier", identifier=NUMBER, touch_points=touch_points)
    return browser.submit(page, "code", code=browser.code()) if page.form_with("code") is not None else page


def test_an_ipad_that_claims_to_be_a_mac_is_recognised_by_its_touch_points(phone):
    block(PlatformIs(frozenset({Platform.IPADOS})))
    assert sign_in_from_a_mac(phone.like(MAC), touch_points="5").status == 403


def test_a_mac_is_still_a_mac_at_its_next_sign_in(phone):
    block(PlatformIs(frozenset({Platform.IPADOS})))
    mac = phone.like(MAC)
    assert mac.arrive(sign_in_from_a_mac(mac, touch_points="0"))["signed_in"]
    assert mac.sign_in_silently()["signed_in"]


def test_a_mac_or_ipad_without_touch_points_is_refused_by_a_rule_about_ipads(phone):
    block(PlatformIs(frozenset({Platform.IPADOS})))
    assert sign_in_from_a_mac(phone.like(MAC), touch_points="").status == 403
