"""The factors of an agent whom no text reaches: shown, made and removed on their page."""

import re
from datetime import timedelta

import pytest

from idp import clock as time
from idp.agents.models import Agent
from idp.audit.models import Kind
from idp.otp import verifications
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import pauses
from idp.otp.limits.asker import Asker
from idp.otp.other_codes import app_codes, recovery_codes
from idp.otp.verifications import Paused
from idp.passkeys.models import Passkey
from tests.conftest import NOW
from tests.other_codes import a_one_time_code, a_sheet, an_app
from tests.passkeys.kept import a_passkey
from tests.phone import NUMBER
from tests.web.conftest import a_superuser
from tests.web.pages.agent.agent_page import BY_OLIVIA, FACTOR_BUTTONS, post, recorded, url
from tests.web.pressing import press


def test_the_page_shows_the_factors_of_an_agent(admin, agent):
    an_app(agent)
    a_sheet(agent)
    a_one_time_code(agent, a_superuser("boss@acme.example"))
    page = admin.get(url(agent)).text
    assert "since 21 November 2026, 09:00 UTC" in page
    assert "Recovery codes: 8 left." in page
    assert "one is valid until 09:15 UTC, given by Olivia Operator: SIM broken." in page


def test_an_agent_without_factors_has_none_on_the_page(admin, agent):
    page = " ".join(admin.get(url(agent)).text.split())
    assert "Authenticator app: none." in page
    assert "Recovery codes: none." in page
    assert "One-time code: none." in page
    assert "Lift the pause" not in page


def test_recovery_codes_are_shown_once_and_each_of_them_works(admin, agent):
    page = press(admin, admin.get(url(agent)), "Make 8 recovery codes for Ana García")
    codes = re.findall(r"<code dir=\"ltr\">([^<]+)</code>", page.text)
    assert (len(codes), "no-store" in page["Cache-Control"]) == (recovery_codes.COUNT, True)
    assert not [it for it in codes if it in admin.get(url(agent)).text]
    assert recovery_codes.spend(agent, codes[0].replace("-", ""), NOW)
    assert recorded(Kind.FACTOR_ADDED) == (agent.email, f"recovery codes, {BY_OLIVIA}")


def test_recovery_codes_are_in_the_agents_language_on_a_page_in_english(admin, agent):
    Agent.objects.filter(pk=agent.pk).update(language="ar")
    page = post(admin, agent, "make-recovery-codes").text
    assert '<div lang="ar" dir="rtl">' in page
    assert "كل رمز يعمل مرة واحدة." in page
    assert "We show these codes only once." in page


def test_removing_recovery_codes_and_app_is_recorded_for_each(admin, agent):
    an_app(agent)
    a_sheet(agent)
    post(admin, agent, "remove-recovery-codes")
    assert recorded(Kind.FACTOR_REMOVED) == (agent.email, f"recovery codes, {BY_OLIVIA}")
    post(admin, agent, "remove-app")
    assert (recovery_codes.left(agent), app_codes.registered(agent)) == (0, None)


def test_passkeys_are_listed_and_removed_one_by_one_or_all(admin, agent):
    for _ in range(3):
        a_passkey(agent)
    page = " ".join(admin.get(url(agent)).text.split())
    assert "iPhone, Safari, set up 21 November 2026, 09:00 UTC, not used yet; on that device only." in page
    post(admin, agent, "remove-passkey", passkey=Passkey.objects.first().pk)
    assert recorded(Kind.FACTOR_REMOVED) == (agent.email, f"passkey of iPhone, Safari, {BY_OLIVIA}")
    assert Passkey.objects.kept().count() == 2
    assert "no longer works" in admin.post(url(agent, "remove-passkeys"), follow=True).text
    assert not Passkey.objects.kept().exists()
    assert "Passkeys: none." in " ".join(admin.get(url(agent)).text.split())


@pytest.mark.parametrize("named", ["", "of ours", "00000000-0000-4000-8000-000000000000"])
def test_a_button_that_names_no_passkey_of_the_agent_removes_none(admin, agent, named):
    a_passkey(agent)
    assert post(admin, agent, "remove-passkey", passkey=named).status_code == 302
    assert Passkey.objects.kept().count() == 1


def test_a_lost_phone_is_signed_out_together_with_its_passkeys(admin, agent):
    a_passkey(agent)
    device = Passkey.objects.get().device
    assert "Is the phone lost?" in admin.get(f"/admin/agents/device/{device.pk}/change/").text
    admin.post(f"/admin/agents/device/{device.pk}/sign-out/", {"passkeys": "remove"})
    device.refresh_from_db()
    assert (device.reason, Passkey.objects.kept().count()) == ("operator", 0)


def test_signing_a_phone_out_alone_keeps_its_passkeys(admin, agent):
    a_passkey(agent)
    admin.post(f"/admin/agents/device/{Passkey.objects.get().device.pk}/sign-out/")
    assert Passkey.objects.kept().count() == 1


def test_the_operator_says_who_may_use_an_app(admin, agent):
    page = admin.get(url(agent)).text
    assert "may use an authenticator app" in page.lower()
    assert "The agent registers it at /me." in page


@pytest.mark.parametrize("act", [*FACTOR_BUTTONS, "revoke-one-time-code"])
def test_opening_a_buttons_address_does_nothing(admin, agent, act):
    a_sheet(agent)
    assert admin.get(url(agent, act)).status_code == 405
    assert recovery_codes.left(agent) == recovery_codes.COUNT


# Pauses


def join():
    return verifications.begin(PhoneNumber(NUMBER), Asker(None, None), time.now())


def fail_for_days(clock):
    """Give more wrong codes in a row than are let pass, as strangers do."""
    for _ in range(3):
        joined = join()
        while verifications.count_try(joined, Asker(None, None)):
            pass
        clock.shift(timedelta(minutes=11))


def test_a_pause_is_shown_and_lifted(admin, agent, clock):
    fail_for_days(clock)
    assert isinstance(join(), Paused)
    told = "Paused after wrong codes on new phones until 21 November, 10:02 UTC."
    assert told in admin.get(url(agent)).text
    page = admin.post(url(agent, "lift-pause"), follow=True)
    assert "Ana García can ask for a code again." in page.text
    assert "Paused after wrong codes" not in page.text
    assert not isinstance(join(), Paused)
    assert recorded(Kind.PAUSE_LIFTED) == (agent.email, BY_OLIVIA)


def test_a_pause_that_does_not_pass_by_itself_says_so(admin, agent, clock, monkeypatch):
    monkeypatch.setattr(pauses, "MOST_FAILURES", 12)
    fail_for_days(clock)
    assert "on new phones until somebody lifts the pause." in admin.get(url(agent)).text


def test_lifting_a_pause_lets_the_agent_request_another_code_at_once(admin, agent):
    used_up = join()
    while verifications.count_try(used_up, Asker(None, None)):
        pass
    page = admin.get(url(agent)).text
    assert "Paused after wrong codes on new phones: no new code until 21 November, 09:10 UTC" in page
    assert "own phone: no other" not in page  # which has one try left
    post(admin, agent, "lift-pause")
    assert verifications.count_try(join(), Asker(None, None))
