"""What agents do in the engines of their phones: sign in, mistype, go back, reload, sign out."""

import pytest

from idp import clock
from idp.agents.models import Agent
from idp.otp.other_codes import recovery_codes
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL

ME = f"{BASE_URL}/me"
SIGNED_IN = "Signed in as Ana García"
FITS = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def code(verify, after=0):
    return verify.state.messages(NUMBER, after=after, wait=10)[0].code


def to_the_code(page, flex, address="sign-in"):
    page.open(f"{flex.url}/{address}")
    page.type("#identifier", f"{NUMBER}\ue007")
    page.reads("6-digit code")


def sign_in(page, flex, verify, after=0):
    to_the_code(page, flex)
    page.type("#code", code(verify, after))
    page.press("Continue")
    page.reads(SIGNED_IN)


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_an_agent_signs_in_with_a_code_and_the_next_time_without(browser, flex, verify, binding):
    page = browser()
    sign_in(page, flex, verify)
    page.press("Sign out")
    page.reads("You are not signed in")
    page.open(f"{flex.url}/sign-in?binding={binding}")
    page.reads(SIGNED_IN)
    assert len(verify.state.messages(NUMBER)) == 1


def test_an_agent_signs_in_without_script(browser, flex, verify):
    page = browser(script=False)
    to_the_code(page, flex)
    page.type("#code", code(verify))
    page.press("Continue")
    page.press("Continue to Flex")
    page.reads(SIGNED_IN)


def test_a_pasted_code_is_sent_at_once(browser, flex, verify):
    page = browser()
    to_the_code(page, flex)
    page.fill("#code", code(verify))
    page.reads(SIGNED_IN)


def test_reloading_the_page_about_a_wrong_code_costs_no_second_try(browser, flex, verify):
    page = browser()
    to_the_code(page, flex)
    wrong = "111111" if code(verify) != "111111" else "222222"
    page.type("#code", f"{wrong}\ue007")
    page.reads("3 tries left.")
    page.reload()
    assert "isn't right" not in page.reads("6-digit code")
    page.type("#code", f"{wrong}\ue007")
    page.reads("2 tries left.")


def test_reloading_a_sheet_of_recovery_codes_keeps_them(browser, flex, verify):
    Agent.objects.filter(numbers__number=NUMBER).update(may_make_recovery_codes=True)
    page = browser()
    sign_in(page, flex, verify)
    page.open(f"{ME}/recovery-codes")
    page.press("Make 8 recovery codes")
    page.reads("We show these codes only once.")
    first = page.run("return document.querySelector('.sheet code').innerText")
    page.reload()
    page.reads("You get 8 codes")
    ana = Agent.objects.get(numbers__number=NUMBER)
    assert recovery_codes.spend(ana, first.replace("-", ""), clock.now())


def test_back_after_signing_in_leads_to_no_error(browser, flex, verify):
    page = browser()
    sign_in(page, flex, verify)
    page.back()
    assert "went wrong" not in page.reads("You are already signed in")


def test_the_older_phone_reads_why_it_was_signed_out(browser, flex, verify):
    older, newer = browser(), browser()
    sign_in(older, flex, verify)
    sign_in(newer, flex, verify, after=1)
    older.open(f"{flex.url}/sign-in")
    older.reads("You signed in on another phone")


def test_signing_out_everywhere_goes_through_the_services_and_ends_here(browser, flex, verify):
    page = browser()
    sign_in(page, flex, verify)
    page.open(f"{BASE_URL}/")
    page.press("Open Rota")
    page.reads("Pretend Rota")
    page.open(ME)
    page.press("Sign out everywhere")
    assert "You are signed out of Rota." in page.reads("You are signed out")


def test_arabic_fits_a_narrow_phone(browser, flex, verify):
    page = browser(width=320)
    to_the_code(page, flex)
    assert page.run("return innerWidth") == 320
    assert page.run(FITS)
    page.press("العربية")
    page.reads("أدخل الرمز")
    assert page.run("return document.documentElement.dir") == "rtl"
    assert page.run(FITS)
