"""Passkeys in Chromium with its virtual authenticator: set up after a code, used, removed."""

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.passkeys.models import Passkey
from idp.saml import names
from tests.journeys.browser_sign_in import arrive, go_to_sign_in, type_number_and_code
from tests.phone import NUMBER
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.slow

KEEPER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": False,
}
OFFER, SET_UP = "Skip the code next time", "Set up a passkey"
SIGN_IN = "Sign in with a passkey"


class Keeper:
    """The phone's own keeper of passkeys, whose owner touches it or not."""

    def __init__(self, page):
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable", {"enableUI": False})
        self.id = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEEPER})["authenticatorId"]

    def touched(self, yes=True):
        """Let the owner answer whatever is asked, from now on or no more."""
        self.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.id, "enabled": yes})

    def belongs_to_somebody_else(self):
        """Have the face, finger or PIN not be the owner's."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})


@pytest.fixture
def page(browser_page):
    page = browser_page("iPhone")
    page.keeper = Keeper(page)
    return page


def sign_in_to_the_offer(page, flex, verify):
    go_to_sign_in(page, flex, "redirect", script=True)
    type_number_and_code(page, verify)
    page.get_by_role("heading", name=OFFER).wait_for()


def sign_in_and_set_up(page, flex, verify):
    """Sign in with a code, take the offer, and come back as a browser that has the passkey and nothing else."""
    sign_in_to_the_offer(page, flex, verify)
    page.keeper.touched()
    page.get_by_role("button", name=SET_UP).click()
    known = arrive(page, flex, script=True)
    page.keeper.touched(False)
    page.context.clear_cookies()
    return known


def use_the_passkey(page, flex):
    go_to_sign_in(page, flex, "redirect", script=True)
    page.keeper.touched()
    page.get_by_role("button", name=SIGN_IN).click()


def test_a_passkey_is_set_up_after_a_code_and_signs_in_until_it_is_removed(page, flex, verify):
    by_code = sign_in_and_set_up(page, flex, verify)
    assert by_code["authn_context"] == names.MOBILE_ONE_FACTOR_CONTRACT
    use_the_passkey(page, flex)
    by_passkey = arrive(page, flex, script=True)
    assert by_passkey["authn_context"] == names.MOBILE_TWO_FACTOR_UNREGISTERED
    assert by_passkey["attributes"]["email"] == ["ana@acme.example"]
    assert len(verify.state.messages(NUMBER)) == 1

    page.keeper.touched(False)
    page.goto(f"{BASE_URL}/me")
    page.get_by_role("button", name="Remove this passkey: iPhone, Safari").click()
    page.get_by_text("With a passkey, you sign in without a code").wait_for()
    page.context.clear_cookies()
    use_the_passkey(page, flex)
    page.get_by_text("That passkey didn't work.").wait_for()
    page.keeper.touched(False)
    assert LoginEvent.objects.filter(kind=Kind.PASSKEY_REFUSED).first().detail == "it was removed"


def test_the_page_for_the_number_offers_a_passkey(page, flex, verify):
    sign_in_and_set_up(page, flex, verify)
    page.keeper.touched()  # Chromium's keeper chooses the one that it would have offered
    page.goto(f"{flex.url}/sign-in")
    known = arrive(page, flex, script=True)
    assert known["authn_context"] == names.MOBILE_TWO_FACTOR_UNREGISTERED


def test_a_failed_screen_lock_sets_nothing_up_and_a_button_leads_on(page, flex, verify):
    sign_in_to_the_offer(page, flex, verify)
    page.keeper.belongs_to_somebody_else()
    page.keeper.touched()
    page.get_by_role("button", name=SET_UP).click()
    page.get_by_text("Nothing was set up. You can try again, or continue.").wait_for()
    page.get_by_role("button", name="Not now").click()
    assert arrive(page, flex, script=True)["signed_in"]
    assert not Passkey.objects.exists()


def test_after_not_now_no_passkey_is_offered_after_the_next_code(page, flex, verify):
    sign_in_to_the_offer(page, flex, verify)
    page.get_by_role("button", name="Not now").click()
    arrive(page, flex, script=True)
    page.goto(f"{flex.url}/sign-in?force_authn=1")
    type_number_and_code(page, verify, after=1)
    assert arrive(page, flex, script=True)["signed_in"]


@pytest.mark.parametrize("script", [True, False], ids=["no keeper of passkeys", "no script"])
def test_a_browser_without_passkeys_is_offered_none(browser_page, flex, verify, script):
    page = browser_page("Android", script=script)
    go_to_sign_in(page, flex, "redirect", script=script)
    if not script:
        assert not page.get_by_role("button", name=SIGN_IN).is_visible()
    type_number_and_code(page, verify)
    assert arrive(page, flex, script=script)["signed_in"]


def test_no_page_of_passkeys_scrolls_sideways(page, flex, verify):
    page.set_viewport_size({"width": 320, "height": 640})
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    sign_in_to_the_offer(page, flex, verify)
    assert page.evaluate(fits)
    page.goto(f"{BASE_URL}/me/passkeys")
    assert page.evaluate(fits)
    page.keeper.touched()
    page.get_by_role("button", name=SET_UP).click()
    page.get_by_role("button", name="Remove this passkey").wait_for()
    assert page.evaluate(fits)
    page.keeper.touched(False)
    page.goto(f"{flex.url}/sign-in?force_authn=1")
    page.get_by_role("button", name=SIGN_IN).wait_for()
    assert page.evaluate(fits)
