"""A whole sign-in in each language: the number, a wrong code, the right one, Flex, the own page, signing out."""

import pytest
from django.utils.html import escape
from django.utils.translation import gettext, override

from idp.conf import LANGUAGES
from tests.pretend_service import BASE_URL

pytestmark = pytest.mark.any_database

RIGHT_TO_LEFT = {"ar"}


@pytest.fixture(params=LANGUAGES)
def language(request):
    with override(request.param):
        yield request.param


def test_an_agent_signs_in_and_out_in_their_own_language(phone, language):
    phone.http.headers["Accept-Language"] = language
    page = phone.ask_flex()
    said = [(page, gettext("Sign in to %(service)s") % {"service": "Flex"})]
    page = phone.ask_code(page)
    said.append((page, gettext("Enter the code")))
    wrong = phone.submit(page, "code", code="1" * 6 if phone.code() != "1" * 6 else "2" * 6)
    said.append((wrong, gettext("Enter the code")))
    assert gettext("That code isn't right.") in wrong.text
    answered = phone.submit(wrong, "code", code=phone.code())
    said.append((answered, gettext("Signing you in")))
    assert phone.arrive(answered)["signed_in"]
    own = phone.open(f"{BASE_URL}/me")
    said.append((own, gettext("Your phone")))
    said.append((phone.submit(own, "out", out="here"), gettext("You are signed out")))
    for shown, heading in said:
        root = shown.html.getroottree().getroot()
        assert shown.heading == heading
        assert (root.get("lang"), root.get("dir")) == (language, "rtl" if language in RIGHT_TO_LEFT else "ltr")
        assert {it.get("dir") for it in shown.html.xpath("//input[not(@type='hidden')]")} <= {"ltr"}


def test_help_and_the_page_not_found_are_in_every_language(client, db, language):
    for address, heading in (
        ("/help", gettext("Help")),
        ("/nowhere", gettext("There is no such page.").removesuffix(".")),
    ):
        page = client.get(address, headers={"Accept-Language": language}).content.decode()
        assert f"<h1>{escape(heading)}</h1>" in page
        assert f'<html lang="{language}"' in page


def test_the_contact_that_an_operator_configured_is_shown_as_written(client, db, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"support": "das IT-Team"})
    assert "Frag das IT-Team." in client.get("/help", headers={"Accept-Language": "de"}).content.decode()
