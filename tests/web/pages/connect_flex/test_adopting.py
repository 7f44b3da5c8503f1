"""A connection is adopted by the request it sent: by a click, once, and never a hostile one."""

import pytest

from idp.saml.connecting import listening
from idp.saml.models import ServiceProvider
from tests.web.pages.connect_flex.conftest import (
    ACS,
    CONNECTION,
    ENTITY_ID,
    LEGACY_ACS,
    OTHER_ACS,
    PAGE,
    a_request_heard,
    shown,
)
from tests.web.seeded import a_service


def adopt(admin, heard):
    return admin.post(f"{PAGE}adopt/{heard.pk}/", follow=True)


def test_one_click_connects_an_unknown_flex(admin):
    heard = a_request_heard(acs_url=ACS.replace("us1", "ie1"))
    assert f"the Console must show {CONNECTION}" in shown(admin.get(PAGE))
    page = adopt(admin, heard)
    sp = ServiceProvider.objects.get()
    assert (sp.slug, sp.entity_id, sp.profile) == ("flex", ENTITY_ID, "flex-enhanced")
    assert [it.url for it in sp.consumers.all()] == [ACS.replace("us1", "ie1")]
    assert page.redirect_chain[-1][0] == f"{PAGE}flex/"


def test_a_request_refused_before_the_connection_says_to_sign_in_again(admin):
    adopt(admin, a_request_heard())
    assert "Flex is connected now. Sign in there again." in shown(admin.get(f"{PAGE}flex/"))


def test_a_request_without_acs_url_gets_the_one_of_its_entity_id(admin):
    adopt(admin, a_request_heard(acs_url=""))
    assert ServiceProvider.objects.get().consumers.get().url == ACS


def test_another_acs_url_of_a_known_flex_is_added_after_the_default(admin):
    sp = a_service(connection=CONNECTION)
    other = f"{ACS}&tenant=1"
    adopt(admin, a_request_heard(acs_url=other, outcome=OTHER_ACS))
    assert [(it.url, it.is_default) for it in sp.consumers.all()] == [(ACS, True), (other, False)]


HOSTILE = {
    "an address elsewhere": {"acs_url": "https://evil.example/acs"},
    "a name beside Twilio's": {"acs_url": ACS.replace("twilio.com", "twilio.com.evil.example")},
    "a user name in front": {"acs_url": ACS.replace("https://", "https://evil.example@")},
    "another connection's address": {"acs_url": ACS.replace("2" * 32, "4" * 32)},
    "an address that was cut": {"acs_url": f"{ACS}&a={'x' * 100}{listening.CUT}"},
    "a line break": {"acs_url": f"{ACS}&a=\nb"},
    "legacy's address under an enhanced name": {"acs_url": LEGACY_ACS},
    "not a Flex.": {"issuer": "https://evil.example/"},
    "a bare connection as its name": {"issuer": CONNECTION},
    "white space in its name": {"issuer": f" {ENTITY_ID}"},
    "a request that was taken": {"outcome": ""},
    "a request with a bad signature": {"outcome": "saml_bad_signature"},
    "nothing readable": {"issuer": "", "acs_url": "", "outcome": "saml_unreadable_request"},
}


@pytest.mark.parametrize("bent", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_request_is_neither_offered_nor_connected(admin, bent):
    heard = a_request_heard(**bent)
    assert f"adopt/{heard.pk}/".encode() not in admin.get(PAGE).content
    assert "can no longer be adopted" in shown(adopt(admin, heard))
    assert not ServiceProvider.objects.exists()


def test_a_hostile_request_adds_no_address_to_a_known_flex(admin):
    sp = a_service(connection=CONNECTION)
    adopt(admin, a_request_heard(acs_url="https://evil.example/acs", outcome=OTHER_ACS))
    assert [it.url for it in sp.consumers.all()] == [ACS]


def test_a_flex_that_is_switched_off_stays_off(admin):
    a_service(connection=CONNECTION, enabled=False)
    heard = a_request_heard()
    assert "Flex is switched off here" in shown(admin.get(PAGE))
    adopt(admin, heard)
    assert not ServiceProvider.objects.get().enabled


def test_a_request_connects_only_once_and_never_by_a_link(admin):
    heard = a_request_heard()
    assert admin.get(f"{PAGE}adopt/{heard.pk}/").status_code == 405
    adopt(admin, heard)
    assert "can no longer be adopted" in shown(adopt(admin, heard))
    assert ServiceProvider.objects.count() == 1


def test_the_history_of_the_service_names_who_connected_it(admin, operator):
    adopt(admin, a_request_heard())
    sp = ServiceProvider.objects.get()
    assert f"{operator.email} Connected as a Flex." in shown(admin.get(f"/admin/saml/serviceprovider/{sp.pk}/history/"))


def test_a_flex_at_an_address_outside_twilio_is_told_apart_from_another_service(admin):
    a_request_heard(acs_url="https://desk.example/acs")
    page = shown(admin.get(PAGE))
    assert "It names itself a Flex, but it cannot be connected by a click. The ACS URL is not" in page
    assert "This is not a Flex." not in page


def test_the_page_of_the_flex_is_where_an_address_outside_twilio_is_added(admin):
    sp = a_service(connection=CONNECTION)
    a_request_heard(acs_url="https://desk.example/acs")
    page = admin.get(f"{PAGE}flex/")
    assert "no service with this issuer" not in shown(page)
    assert "asks for the answer at an ACS URL that is not registered for this service." in shown(page)
    assert f'href="/admin/saml/serviceprovider/{sp.pk}/change/">the page of Flex</a>' in page.text


def test_a_service_that_is_not_flex_links_to_the_page_that_adds_it(admin):
    a_request_heard(issuer="https://sp.example/metadata", acs_url="https://sp.example/acs")
    page = shown(admin.get(PAGE))
    assert "This is not a Flex." in page
