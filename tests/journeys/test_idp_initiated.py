"""Sign-in that starts at Latchkey: an unsolicited Response, after the same checks and rules."""

import pytest
from django.conf import settings

from idp.audit.models import Kind, LoginEvent
from idp.policies.access.conditions import PlatformIs
from idp.policies.user_agents import Platform
from idp.saml import names
from idp.saml.models import IssuedAssertion, ServiceProvider
from tests.hostile.responses import response_on
from tests.phone import Phone
from tests.policies import publishing

IDP = settings.LATCHKEY.base_url


def start(phone, slug="rota", **query):
    return phone.open(f"{IDP}/saml/start/{slug}", **query)


def with_code(phone, page):
    page = phone.ask_code(page)
    return phone.submit(page, "code", code=phone.code())


def change(slug="rota", **fields):
    ServiceProvider.objects.filter(slug=slug).update(**fields)


def test_an_agent_opens_rota_from_latchkey_with_a_code_and_then_silently(phone):
    assert phone.arrive(with_code(phone, start(phone)), "/app/")["authn_context"] == names.MOBILE_ONE_FACTOR_CONTRACT
    assert phone.arrive(start(phone), "/app/")["signed_in"]
    assert phone.messages() == 1


def test_whoever_asks_for_the_headers_alone_is_not_signed_in(phone):
    with_code(phone, start(phone))
    assert phone.http.head(f"{IDP}/saml/start/rota", timeout=30).status_code == 405
    assert IssuedAssertion.objects.count() == 1


def test_a_browser_that_prefetches_the_page_signs_nobody_in_until_the_agent_opens_it(phone):
    with_code(phone, start(phone))
    ahead = phone.http.get(f"{IDP}/saml/start/rota", headers={"Sec-Purpose": "prefetch;prerender"}, timeout=30)
    assert (ahead.status_code, IssuedAssertion.objects.count()) == (503, 1)
    assert phone.arrive(start(phone), "/app/")["signed_in"]


def test_flex_can_be_opened_from_latchkey_once_it_is_allowed(phone):
    change("flex", unsolicited=False)
    assert start(phone, "flex").status == 404
    change("flex", unsolicited=True)
    response = response_on(with_code(phone, start(phone, "flex")))
    assert response.root.get("Destination").endswith("/login/callback?connection=JQ" + "e" * 32)


def test_the_relay_state_reaches_rota_unchanged(phone):
    wanted = "https://rota.example/?a=1&b=%2F+ü<\"'>" + "x" * 200
    assert phone.arrive(with_code(phone, start(phone, RelayState=wanted)), "/app/")["relay_state"] == wanted
    assert phone.arrive(start(phone), "/app/")["relay_state"] is None


def test_an_unsolicited_response_has_no_in_response_to(phone):
    change(encrypt=False)
    for page in (with_code(phone, start(phone)), start(phone)):
        response = response_on(page)
        assert response.assertions == 1
        assert response.all("//@InResponseTo") == []
    assert set(IssuedAssertion.objects.values_list("request_id", flat=True)) == {None}


def test_services_that_are_not_allowed_unknown_or_switched_off_look_alike(phone):
    change(unsolicited=False)
    change("flex", unsolicited=True, enabled=False)
    pages = [start(phone, slug) for slug in ("rota", "flex", "nobody")]
    assert len({it.text.replace(it.reference, "") for it in pages}) == 1
    assert {it.status for it in pages} == {404}
    assert "There is no app to open here" in pages[0].text


def test_a_relay_state_over_4_kb_is_rejected(phone):
    assert start(phone, RelayState="x" * 4096).status == 200
    page = start(phone, RelayState="x" * 4097)
    assert (page.status, page.form_with("identifier")) == (400, None)


@pytest.fixture
def no_iphones(flex):
    publishing.in_force(PlatformIs(frozenset({Platform.IOS})), name="No iPhones")


def test_a_refused_phone_gets_a_page_and_its_way_back_leads_to_the_start(phone, no_iphones):
    page = start(phone)
    assert (page.status, page.heading) == (403, "This phone can't be used for Rota")
    back = phone.press_on(page)
    assert (back.url, back.form_with("SAMLResponse")) == (f"{IDP}/", None)
    assert LoginEvent.objects.filter(kind=Kind.DECLINED, service="rota").count() == 1


def test_an_agent_sent_by_rota_goes_back_to_rota(phone, no_iphones):
    page = phone.press_on(phone.ask_flex("/app/"))
    assert response_on(page).status == [names.RESPONDER, names.REQUEST_DENIED]


# The start page


def test_the_start_page_opens_the_one_app_there_is(phone):
    change("flex", unsolicited=False)
    page = phone.open(f"{IDP}/")
    assert page.heading == "Open Rota"
    address = page.html.xpath("string(//main//a[@class='button']/@href)")
    assert phone.arrive(with_code(phone, phone.open(f"{IDP}{address}")), "/app/")["signed_in"]


def test_the_start_page_offers_every_app_that_may_be_opened(phone):
    change("flex", unsolicited=True, name="R&D <Team>")
    change("flex-legacy", unsolicited=True, enabled=False)
    page = phone.open(f"{IDP}/")
    assert page.heading == "Where do you want to go?"
    assert page.html.xpath("//main//a[@class='button']/text()") == ["Open R&D <Team>", "Open Rota"]
    assert len(page.response.content) < 10_000
    assert not page.html.xpath("//script")


def test_without_any_app_the_start_page_says_where_to_begin(phone):
    change(unsolicited=False)
    change("flex", unsolicited=False)
    page = phone.open(f"{IDP}/")
    assert page.heading == "Sign in for work"
    assert not page.html.xpath("//main//a")


def test_only_a_phone_that_was_signed_in_with_is_led_from_the_start_page_to_its_own_page(phone, android):
    phone.sign_in()
    ways = [it.open(f"{IDP}/").html.xpath("//main//a[not(@class)]/@href") for it in (phone, android)]
    assert ways == [["/me"], []]
    assert phone.open(f"{IDP}/me").heading == "Your phone"


def test_an_app_without_an_address_is_not_offered(phone):
    change("flex", unsolicited=False)
    ServiceProvider.objects.get(slug="rota").consumers.all().delete()
    assert phone.open(f"{IDP}/").heading == "Sign in for work"
    assert start(phone).status == 404


def test_another_browser_is_asked_for_a_code_of_its_own(phone):
    with_code(phone, start(phone))
    assert isinstance(other := phone.like(), Phone)
    assert start(other).form_with("identifier") is not None
