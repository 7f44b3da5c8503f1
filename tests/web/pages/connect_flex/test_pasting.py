"""What is pasted from Twilio is understood, and one button registers the connection."""

import pytest
from lxml import html

from idp.saml.models import ServiceProvider
from tests.web.pages.connect_flex.conftest import ACCOUNT, ACS, CONNECTION, ENTITY_ID, PAGE, paste, register, shown
from tests.web.seeded import a_service


@pytest.mark.parametrize("pasted", [CONNECTION, ENTITY_ID, ACS, f"  {ACS}\r\n{CONNECTION}"])
def test_every_value_of_enhanced_sso_is_recognised(admin, pasted):
    page = shown(paste(admin, pasted))
    assert ENTITY_ID in page
    assert ACS in page
    assert f"Connect {CONNECTION}" in page


def test_pasting_registers_nothing(admin):
    paste(admin, CONNECTION)
    assert not ServiceProvider.objects.exists()


def test_one_button_registers_the_connection_with_its_preset(admin):
    page = register(admin, CONNECTION)
    sp = ServiceProvider.objects.get()
    assert (sp.entity_id, sp.profile, sp.timeout_policy.name) == (ENTITY_ID, "flex-enhanced", "enhanced")
    assert [it.url for it in sp.consumers.all()] == [ACS]
    assert page.redirect_chain[-1][0] == f"{PAGE}flex/"
    assert "2. Type these into the Console" in shown(page)


def test_an_unusual_address_is_kept_with_a_warning(admin):
    odd = ACS.replace("us1", "ie1") + "&more=1"
    page = shown(paste(admin, odd, ENTITY_ID))
    assert "The region is ie1" in page
    assert "further parameters" in page
    register(admin, odd.replace("&", "%26"))
    assert ServiceProvider.objects.get().consumers.get().url == odd


def test_an_account_sid_offers_enhanced_sso_first_and_legacy_sso_folded(admin):
    page = html.fromstring(paste(admin, ACCOUNT).content)
    assert page.xpath(f"//button[contains(., 'Look up {ACCOUNT}')]")
    assert page.xpath(f"//details//button[contains(., 'Connect {ACCOUNT}')]")
    assert not page.xpath("//details/@open")


def test_enhanced_and_legacy_sso_of_one_account_are_shown_together(admin):
    register(admin, CONNECTION, ACCOUNT)
    page = shown(paste(admin, CONNECTION, ACCOUNT))
    assert "Already registered here" in page
    register(admin, CONNECTION, ACCOUNT, profile="flex-legacy", slug="flex-legacy", name="Flex (legacy)")
    assert sorted(ServiceProvider.objects.values_list("profile", flat=True)) == ["flex-enhanced", "flex-legacy"]
    assert "Flex (legacy)" in shown(admin.get(f"{PAGE}flex/"))


def test_suggested_names_do_not_clash(admin):
    a_service()
    page = html.fromstring(paste(admin, CONNECTION).content)
    assert page.xpath("//input[@name='slug']/@value") == ["flex-2"]
    assert page.xpath("//input[@name='name']/@value") == ["Flex 2"]


FAULTY = {
    "hello": "not an Account SID",
    f"{CONNECTION} JQ{'4' * 32}": "do not belong together",
    f"{CONNECTION} {ACCOUNT} {ACS} {ENTITY_ID}": "Paste up to 3 values",
    ACS.replace("twilio.com", "twilio.com.evil.example"): "not an Account SID",
    "": "This field is required",
}


@pytest.mark.parametrize(("pasted", "sentence"), FAULTY.items())
def test_pasted_text_that_cannot_be_read_gets_a_sentence_and_no_button(admin, pasted, sentence):
    response = paste(admin, pasted)
    assert sentence in shown(response)
    assert b'name="slug"' not in response.content


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"slug": "symptoms"}, "another page"),
        ({"slug": "not a slug"}, "slug:"),
        ({"slug": "taken"}, "already exists"),
        ({"profile": "flex-legacy"}, "do not say"),
    ],
)
def test_a_refused_registration_says_why_and_adds_nothing(admin, names, sentence):
    a_service(slug="taken")
    assert sentence in shown(register(admin, CONNECTION, **names))
    assert ServiceProvider.objects.count() == 1
