"""The language of a page: the chosen one, else the agent's, else the browser's."""

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
def test_the_language_cookie_takes_precedence_over_accept_language(kept, accepted, spoken):
    assert languages.choose(kept, accepted) == spoken


def test_without_a_preference_the_configured_language_is_used(settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"language": "fr"})
    assert languages.choose("", "nl") == "fr"


def test_a_chosen_language_is_stored_in_a_first_party_cookie(client, db):
    page = client.get("/help?lang=ar", headers={"Accept-Language": "de"})
    assert page["Content-Language"] == "ar"
    assert b'<html lang="ar" dir="rtl">' in page.content
    kept = page.cookies[cookies.name("language")]
    assert (kept.value, kept["httponly"], kept["samesite"], kept["path"]) == ("ar", True, "Lax", "/")
    assert client.get("/help", headers={"Accept-Language": "de"})["Content-Language"] == "ar"


@pytest.mark.parametrize("asked", ["xx", "", "de" * 2000, "en\x00", "../de"])
def test_an_unknown_language_changes_nothing(client, db, asked):
    page = client.get("/help", {"lang": asked}, headers={"Accept-Language": "es"})
    assert page["Content-Language"] == "es"
    assert not page.cookies


def test_pages_for_operators_and_apis_are_in_english_for_every_browser(client, db):
    client.cookies[cookies.name("language")] = "ar"
    for address in ("/admin/login/?lang=de", "/admin/nowhere/", "/api/v1/nothing"):
        page = client.get(address, headers={"Accept-Language": "fr"}, follow=True)
        assert "Content-Language" not in page
        assert b"rtl" not in page.content
    assert b'lang="en"' in client.get("/admin/login/", headers={"Accept-Language": "fr"}).content


def test_the_admin_is_in_english_after_sign_in_too(client, db):
    client.force_login(an_operator())
    page = client.get("/admin/agents/agent/", headers={"Accept-Language": "ar"}, follow=True)
    assert b'<html lang="en"' in page.content


def test_every_page_offers_every_language_by_its_own_name(phone):
    page = phone.ask_flex()
    offered = page.html.xpath("//nav[@class='languages']/*")
    assert [it.get("lang") for it in offered] == ["en", "es", "pt-br", "fr", "de", "ar"]
    assert [it.text for it in offered if it.get("aria-current")] == ["English"]


def test_changing_the_language_keeps_the_sign_in_and_typed_text(phone):
    page = phone.ask_flex()
    arabic = page.html.xpath("string(//nav[@class='languages']/button[@lang='ar']/@formaction)")
    typed = {**dict(page.form_with("identifier").form_values()), "identifier": "+1 201 555 01"}
    changed = phone.http.post(f"{BASE_URL}{arabic}", typed, timeout=30)
    assert changed.status_code == 200
    assert 'lang="ar" dir="rtl"' in changed.text
    assert 'value="+1 201 555 01"' in changed.text
    assert phone.messages("+12015550100") == 0


def test_changing_the_language_keeps_the_chosen_method(phone):
    page = phone.open(phone.ask_flex().url, by="email")
    assert {it.partition("&lang")[0].partition("?")[2] for it in page.html.xpath("//nav//@formaction")} == {"by=email"}


def test_a_language_chosen_together_with_a_code_submits_no_code(phone):
    page = phone.ask_code(phone.ask_flex())
    form = dict(page.form_with("code").form_values()) | {"code": phone.code()}
    again = phone.http.post(f"{page.url}?lang=de", form, timeout=30)
    assert 'lang="de"' in again.text
    assert "latchkey-device" not in phone.http.cookies


def test_an_agents_own_language_applies_after_the_sign_in_and_not_before(phone):
    Agent.objects.filter(email="ana@acme.example").update(language="de")
    page = phone.ask_code(phone.ask_flex(), NUMBER)
    assert page.response.headers["Content-Language"] == "en"
    assert phone.cookie("language") is None
    phone.arrive(phone.submit(page, "code", code=phone.code()))
    assert phone.cookie("language") == "de.agent"
    assert phone.open(HELP).response.headers["Content-Language"] == "de"


def test_the_language_chosen_in_the_browser_takes_precedence_over_the_agents_own(phone):
    Agent.objects.filter(email="ana@acme.example").update(language="de")
    phone.open(HELP, lang="fr")
    phone.sign_in()
    assert phone.cookie("language") == "fr"


def test_a_changed_language_of_an_agent_applies_from_the_next_sign_in(phone):
    agents = Agent.objects.filter(email="ana@acme.example")
    agents.update(language="de")
    phone.sign_in()
    agents.update(language="es")
    phone.sign_in_silently()
    assert phone.cookie("language") == "es.agent"
    agents.update(language="")
    phone.sign_in_silently()
    assert phone.cookie("language") is None


def test_a_page_that_cannot_be_reloaded_offers_no_language(phone):
    phone.sign_in()
    page = phone.ask_flex()
    assert not page.html.xpath("//nav")


def test_strangers_can_read_the_help_page(client, db):
    page = client.get("/help", headers={"User-Agent": IPHONE})
    assert page.status_code == 200
    assert b"Who can help?" in page.content


def test_the_language_of_a_request_does_not_leak_into_the_threads_next_one(client, db):
    client.get("/help", headers={"Accept-Language": "ar"})
    assert translation.get_language() == "en"
    assert b"rtl" not in client.get("/admin/login/").content
