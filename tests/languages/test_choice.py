"""Which language a page speaks: what was chosen, what the agent has, what the browser asks for, in this order."""

import pytest
from django.utils import translation

from idp.agents.models import Agent
from idp.login import cookies
from idp.web.middleware import languages
from tests.conftest import an_operator
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL
from tests.user_agents import IPHONE

HELP = f"{BASE_URL}/help"


@pytest.mark.parametrize(
    ("kept", "accepted", "spoken"),
    [
        pytest.param("", "", "en", id="nothing asked"),
        pytest.param("", "nl,fr;q=0.8,de;q=0.9", "de", id="the best of ours"),
        pytest.param("", "pt-PT", "pt-br", id="near enough"),
        pytest.param("", "ar-EG", "ar", id="of a country"),
        pytest.param("", "nl;q=x,,;", "en", id="rubbish"),
        pytest.param("es", "de", "es", id="the cookie first"),
        pytest.param("../../etc", "de", "de", id="a cookie that is none"),
    ],
)
def test_what_the_browser_keeps_comes_before_what_it_asks_for(kept, accepted, spoken):
    assert languages.choose(kept, accepted) == spoken


def test_without_any_wish_the_installation_has_its_own(settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"language": "fr"})
    assert languages.choose("", "nl") == "fr"


def test_a_choice_is_kept_in_a_cookie_of_the_house(client, db):
    page = client.get("/help?lang=ar", headers={"Accept-Language": "de"})
    assert page["Content-Language"] == "ar"
    assert b'<html lang="ar" dir="rtl">' in page.content
    kept = page.cookies[cookies.name("language")]
    assert (kept.value, kept["httponly"], kept["samesite"], kept["path"]) == ("ar", True, "Lax", "/")
    assert client.get("/help", headers={"Accept-Language": "de"})["Content-Language"] == "ar"


@pytest.mark.parametrize("asked", ["xx", "", "de" * 2000, "en\x00", "../de"])
def test_a_language_that_is_none_changes_nothing(client, db, asked):
    page = client.get("/help", {"lang": asked}, headers={"Accept-Language": "es"})
    assert page["Content-Language"] == "es"
    assert not page.cookies


def test_operators_and_programs_are_spoken_to_in_english_whatever_their_browser_asks(client, db):
    client.cookies[cookies.name("language")] = "ar"
    for address in ("/admin/login/?lang=de", "/admin/nowhere/", "/api/v1/nothing"):
        page = client.get(address, headers={"Accept-Language": "fr"}, follow=True)
        assert "Content-Language" not in page
        assert b"rtl" not in page.content
    assert b'lang="en"' in client.get("/admin/login/", headers={"Accept-Language": "fr"}).content


def test_the_admin_speaks_english_behind_its_door_too(client, db):
    client.force_login(an_operator())
    page = client.get("/admin/agents/agent/", headers={"Accept-Language": "ar"}, follow=True)
    assert b'<html lang="en"' in page.content


def test_every_page_offers_every_language_by_its_own_name(phone):
    page = phone.ask_flex()
    offered = page.html.xpath("//nav[@class='languages']/*")
    assert [it.get("lang") for it in offered] == ["en", "es", "pt-br", "fr", "de", "ar"]
    assert [it.text for it in offered if it.get("aria-current")] == ["English"]


def test_changing_the_language_keeps_the_login_and_what_was_typed(phone):
    page = phone.ask_flex()
    arabic = page.html.xpath("string(//nav[@class='languages']/button[@lang='ar']/@formaction)")
    typed = {**dict(page.form_with("identifier").form_values()), "identifier": "+1 201 555 01"}
    changed = phone.http.post(f"{BASE_URL}{arabic}", typed, timeout=30)
    assert changed.status_code == 200
    assert 'lang="ar" dir="rtl"' in changed.text
    assert 'value="+1 201 555 01"' in changed.text
    assert phone.messages("+12015550100") == 0


def test_the_way_of_signing_in_stays_with_the_language(phone):
    page = phone.open(phone.ask_flex().url, by="email")
    assert {it.partition("&lang")[0].partition("?")[2] for it in page.html.xpath("//nav//@formaction")} == {"by=email"}


def test_a_language_asked_for_beside_a_code_takes_no_code(phone):
    page = phone.ask_code(phone.ask_flex())
    form = dict(page.form_with("code").form_values()) | {"code": phone.code()}
    again = phone.http.post(f"{page.url}?lang=de", form, timeout=30)
    assert 'lang="de"' in again.text
    assert "latchkey-device" not in phone.http.cookies


def test_an_agents_own_language_comes_with_the_sign_in_and_not_before(phone):
    Agent.objects.filter(email="ana@acme.example").update(language="de")
    page = phone.ask_code(phone.ask_flex(), NUMBER)
    assert page.response.headers["Content-Language"] == "en"
    assert phone.cookie("language") is None
    phone.arrive(phone.submit(page, "code", code=phone.code()))
    assert phone.cookie("language") == "de.agent"
    assert phone.open(HELP).response.headers["Content-Language"] == "de"


def test_what_was_chosen_in_the_browser_stands_above_the_agents_own(phone):
    Agent.objects.filter(email="ana@acme.example").update(language="de")
    phone.open(HELP, lang="fr")
    phone.sign_in()
    assert phone.cookie("language") == "fr"


def test_another_language_of_the_agent_counts_from_the_next_sign_in_and_none_takes_it_away(phone):
    agents = Agent.objects.filter(email="ana@acme.example")
    agents.update(language="de")
    phone.sign_in()
    agents.update(language="es")
    phone.sign_in_silently()
    assert phone.cookie("language") == "es.agent"
    agents.update(language="")
    phone.sign_in_silently()
    assert phone.cookie("language") is None


def test_a_page_that_cannot_be_had_twice_offers_no_language(phone):
    phone.sign_in()
    page = phone.ask_flex()
    assert not page.html.xpath("//nav")


def test_help_is_there_for_strangers(client, db):
    page = client.get("/help", headers={"User-Agent": IPHONE})
    assert page.status_code == 200
    assert b"Who can help?" in page.content


def test_the_next_request_of_a_thread_does_not_speak_the_language_of_the_one_before(client, db):
    client.get("/help", headers={"Accept-Language": "ar"})
    assert translation.get_language() == "en"
    assert b"rtl" not in client.get("/admin/login/").content
