"""Agents read instants in the time zone of their phone, in the language of the page, and in UTC without script."""

import pytest

from idp.agents.models import Agent
from tests.journeys.browser_sign_in import arrive, go_to_sign_in, type_number_and_code
from tests.pretend_service import BASE_URL

pytestmark = [pytest.mark.slow, pytest.mark.any_database]


def signed_in(page, flex, verify, *, script=True, after=0):
    go_to_sign_in(page, flex, "redirect", script=script)
    type_number_and_code(page, verify, after=after)
    arrive(page, flex, script=script)
    return page


def own_page(page, language):
    page.goto(f"{BASE_URL}/me?lang={language}")
    return page.locator("main").inner_text().replace("\N{NARROW NO-BREAK SPACE}", " ")


ABROAD = [
    ("en", "en-US", "America/New_York", "Signed in since Saturday 21 November, 4:00 AM. Last"),
    ("en", "en-GB", "Pacific/Pago_Pago", "Signed in since Friday 20 November, 22:00. Last"),
    ("en", "de-DE", "Asia/Kolkata", "Signed in since Saturday 21 November, 14:30. Last"),
    ("es", "es-ES", "Europe/Madrid", "sábado 21 de noviembre, 10:00."),
    ("pt-br", "pt-BR", "America/Sao_Paulo", "21 de novembro (sábado), 06:00."),
    ("fr", "fr-FR", "Europe/Paris", "samedi 21 novembre, 10:00."),
    ("de", "de-DE", "Europe/Berlin", "Samstag, 21. November, 10:00."),
    ("ar", "ar-AE", "Asia/Dubai", "السبت 21 نوفمبر، 1:00 م."),
]
"""The language of the page, that of the phone, its time zone, and what the page says."""


def test_an_agent_reads_the_times_of_their_own_clock_in_the_language_of_the_page(browser_page, flex, verify, clock):
    page = signed_in(browser_page(), flex, verify)
    phone = page.context.new_cdp_session(page)
    for language, locale, zone, says in ABROAD:
        phone.send("Emulation.setLocaleOverride", {"locale": locale})
        phone.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
        shown = own_page(page, language)
        assert says in shown
        assert "UTC" not in shown
    assert page.locator("time").first.get_attribute("datetime").startswith("2026-11-21T09:00:0")


IN_SAMOA = [
    ("en", "made on 20 November 2026."),
    ("pt-br", "20 de novembro de 2026"),
    ("de", "20. November 2026"),
    ("ar", "20 نوفمبر 2026"),
]
"""The language of a sheet of recovery codes, and its day."""


def test_a_sheet_of_recovery_codes_has_the_day_of_the_agents_own_calendar(browser_page, flex, verify, clock):
    Agent.objects.update(may_make_recovery_codes=True)
    page = signed_in(browser_page(timezone_id="Pacific/Pago_Pago"), flex, verify)
    for language, says in IN_SAMOA:
        page.goto(f"{BASE_URL}/me/recovery-codes?lang={language}")
        page.locator("main form button").click()
        page.locator("ol.sheet").wait_for()
        assert says in page.locator("main").inner_text()


def test_without_script_the_times_are_in_utc(browser_page, flex, verify, clock):
    page = signed_in(browser_page(script=False, timezone_id="Asia/Kolkata"), flex, verify, script=False)
    assert "Signed in since Saturday 21 November, 09:00 UTC." in own_page(page, "en")


def test_a_phone_that_was_signed_out_reads_when_by_its_own_clock(browser_page, flex, verify, clock):
    phones = [browser_page(it, locale="en-GB", timezone_id="Asia/Kolkata") for it in ("iPhone", "Android")]
    for after, page in enumerate(phones):
        signed_in(page, flex, verify, after=after)
    phones[0].goto(f"{flex.url}/sign-in")
    assert "On Saturday 21 November, 14:30, you signed in with" in phones[0].locator("main").inner_text()
