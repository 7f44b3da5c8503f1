"""What is seen in Flex leads to what is wrong with the connection."""

from datetime import timedelta

import pytest

from idp.saml.connecting import listening
from idp.saml.metadata import published
from idp.saml.profiles.flex_symptoms import SYMPTOMS
from tests.conftest import NOW, an_agent
from tests.web.pages.connect_flex.conftest import ACS, CONNECTION, PAGE, shown
from tests.web.seeded import a_service


def test_the_page_links_to_a_test_and_asks_whether_flex_opened(admin):
    a_service()
    page = shown(admin.get(f"{PAGE}flex/"))
    assert "Use a new private browser window, since a Flex that is already open proves nothing." in page
    assert "Twilio bills both" in page
    assert "Did Flex open?" in page


def test_yes_stops_listening_and_no_opens_the_symptoms(admin, clock):
    a_service()
    listening.begin(NOW)
    assert admin.post(f"{PAGE}flex/opened/", {"no": "1"})["Location"] == f"{PAGE}symptoms/?service=flex"
    assert listening.current(NOW + timedelta(seconds=5))
    assert admin.post(f"{PAGE}flex/opened/", {"yes": "1"})["Location"] == "/admin/"
    assert listening.current(NOW + timedelta(minutes=1)) is None


@pytest.mark.parametrize("connected", [True, False])
def test_the_page_explains_every_symptom_with_our_values(admin, connected):
    if connected:
        a_service(connection=CONNECTION)
    page = shown(admin.get(f"{PAGE}symptoms/"))
    assert all(it.seen in page for it in SYMPTOMS)
    assert f"must be exactly {published.entity_id()}." in page
    assert f"must be {published.sso_url()}, not {published.metadata_url()}" in page
    assert (ACS in page) is connected


def test_the_page_names_agents_who_lack_what_flex_requires(admin):
    an_agent("+12015550142", "rosa@acme.example", full_name="Rosa Roleless").roles.all().delete()
    an_agent("+12015550143", "whole@acme.example", full_name="Whole")
    page = shown(admin.get(f"{PAGE}symptoms/"))
    assert "Missing now: Rosa Roleless: roles." in page


def test_the_page_names_typed_attributes_and_their_sources(admin):
    sp = a_service()
    sp.released.create(name="skill.int", source="fixed", fixed="5")
    assert "Typed attributes now: skill.int from 5." in shown(admin.get(f"{PAGE}symptoms/?service=flex"))
