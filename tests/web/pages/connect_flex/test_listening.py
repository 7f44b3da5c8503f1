"""Listening for the first request of a connection, and saying why it was refused."""

from datetime import timedelta

import pytest
from lxml import html

from idp.errors import IdpError
from idp.login import errors as login_errors
from idp.saml import errors
from idp.saml.connecting import listening
from idp.saml.models import ServiceProvider
from idp.web.pages.connect_flex import listening_panel
from tests.conftest import NOW
from tests.web.pages.connect_flex.conftest import (
    CONNECTION,
    ENTITY_ID,
    OTHER_ACS,
    PAGE,
    UNKNOWN,
    a_request_heard,
    shown,
)
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database


def test_buttons_start_and_stop_listening(admin, clock):
    a_service()
    page = admin.post(f"{PAGE}listening/begin/", {"service": "flex"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{PAGE}flex/#requests"
    assert "Listening, for 10 more minutes." in shown(page)
    assert "Listen for Flex" in shown(admin.post(f"{PAGE}listening/end/", follow=True))
    assert listening.current(NOW + timedelta(seconds=5)) is None


def test_the_polled_part_changes_its_state_when_a_request_arrives(admin, clock):
    listening.begin(NOW)
    before = html.fromstring(admin.get(f"{PAGE}listening/requests/").content).get("data-state")
    a_request_heard()
    after = html.fromstring(admin.get(f"{PAGE}listening/requests/").content)
    assert after.get("data-state") != before
    assert ENTITY_ID in after.text_content()


def test_a_hostile_request_stays_text(admin):
    a_request_heard(issuer="<script>alert(1)</script>", acs_url='"><img src=x>', says={"provider_name": "<b>x</b>"})
    page = admin.get(f"{PAGE}listening/requests/").content
    assert b"<script" not in page
    assert b"<img" not in page
    assert b"<b>" not in page


def codes():
    """Every code that a request to the sign-in service may end in."""
    kinds = [it for it in vars(errors).values() if isinstance(it, type) and issubclass(it, IdpError)]
    elsewhere = {"saml_unexpected_logout_response", "saml_unreadable_metadata", "saml_nothing_to_start"}
    elsewhere |= {it.code for it in kinds if "ogout" in it.__name__ or "Metadata" in it.__name__}
    elsewhere |= {"unexpected", UNKNOWN, errors.UnusableKey.code, errors.UnreleasableAttribute.code}
    return {it.code for it in kinds} - elsewhere | {login_errors.AlreadySignedIn.code}


def test_every_reason_for_a_refusal_has_a_sentence():
    assert codes() - listening_panel.REFUSALS.keys() == set()


SENTENCES = {
    OTHER_ACS: "at an ACS URL that is not registered for this service.",
    "saml_unknown_signing_key": "signed with a key that is not registered",
    "saml_wrong_destination": "Single Sign-On URL in the Console must be http://localhost",
    "saml_stale_request": "Its time is 400 seconds behind ours",
    "saml_answer_with_status": "Answered with an error: InvalidNameIDPolicy. It asks for the name ID format urn:x",
    "something_new": "It ended with the error something_new.",
}


@pytest.mark.parametrize(("outcome", "sentence"), SENTENCES.items())
def test_the_sentence_names_the_values_that_matter(admin, outcome, sentence):
    a_service(connection=CONNECTION)
    says = {"skew": 400, "answered_with": "InvalidNameIDPolicy", "name_id_format": "urn:x"}
    a_request_heard(outcome=outcome, says=says, acs_url="https://sp.example/acs")
    assert sentence in shown(admin.get(f"{PAGE}listening/requests/"))


def test_every_status_that_a_request_is_answered_with_has_a_reason(admin):
    told = (
        ("NoPassive", "one was needed"),
        ("UnknownPrincipal", "another one"),
        ("NoAuthnContext", "proof"),
    )
    for status, why in told:
        a_request_heard(outcome="saml_answer_with_status", says={"answered_with": status}, issuer=status)
        assert f"Answered with an error: {status}. " in (page := shown(admin.get(f"{PAGE}listening/requests/")))
        assert why in page


def test_a_button_ignores_signatures_by_an_unknown_key_and_says_the_consequence(admin):
    a_service(connection=CONNECTION)
    a_request_heard(outcome=errors.UnknownSigningKey.code, signed=True)
    page = shown(admin.get(f"{PAGE}flex/"))
    assert "then anybody can send a request in the name of Flex" in page
    assert "Ignore Flex's request signatures" in page
    admin.post(f"{PAGE}flex/signatures/", {"service": "flex"})
    assert ServiceProvider.objects.get().request_signature == "ignore"
