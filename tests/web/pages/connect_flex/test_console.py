"""The Console's fields, in its order, with our values."""

from lxml import html

from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.web.pages.connect_flex.conftest import ACCOUNT, CONNECTION, LEGACY_ACS, PAGE, register, shown
from tests.web.seeded import a_service


def console_of(response):
    """The Console's fields that have a value to copy, by their labels."""
    page = html.fromstring(response.content)
    labels = {it.get("for"): it.text_content() for it in page.xpath("//div[@class='value']/label")}
    return {label: page.xpath(f"//*[@id='{at}']")[0].value for at, label in labels.items()}


def test_the_consoles_fields_are_in_its_order_with_our_values(admin):
    page = register(admin, CONNECTION)
    names = [it.text_content() for it in html.fromstring(page.content).xpath("//div[@class='value']/*[1]")]
    assert names == [
        "Friendly Name",
        "X.509 Certificate",
        "Identity Provider Issuer",
        "Single Sign-On URL",
        "Default Redirect URL",
        "Trusted URLs",
        "Login using popup",
    ]
    fields = console_of(page)
    assert fields["X.509 Certificate"].strip() == published.certificates(NOW)[0].strip()
    assert fields["Identity Provider Issuer"] == published.entity_id()
    assert fields["Single Sign-On URL"] == published.sso_url()


def test_legacy_sso_has_twilios_own_address_as_well(admin):
    page = register(admin, ACCOUNT, profile="flex-legacy")
    assert console_of(page)["Twilio SSO URL"] == LEGACY_ACS


def test_each_value_has_a_copy_button_that_names_it(admin):
    page = html.fromstring(register(admin, CONNECTION).content)
    buttons = {it.get("data-copies"): it.text_content() for it in page.xpath("//button[@data-copies]")}
    labels = {it.get("for"): it.text_content() for it in page.xpath("//div[@class='value']/label")}
    assert buttons == {at: f"Copy {label}" for at, label in labels.items()}
    assert all(page.get_element_by_id(at).get("readonly") is not None for at in buttons)


def test_sign_ins_that_start_at_latchkey_are_allowed_and_forbidden_again(admin):
    a_service()
    admin.post(f"{PAGE}flex/opening/", {"unsolicited": "on", "service": "flex"})
    assert ServiceProvider.objects.get().unsolicited
    assert "Start here" in shown(admin.get(f"{PAGE}flex/"))
    admin.post(f"{PAGE}flex/opening/", {"service": "flex"})
    assert not ServiceProvider.objects.get().unsolicited
