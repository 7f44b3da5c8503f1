"""What somebody would be sent now, explained."""

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.saml import names
from idp.saml.models import AssertionConsumer, ReleasedAttribute, SubjectName
from tests.conftest import an_agent
from tests.web.pages.responses.conftest import WOULD, a_general_service, an_encrypting_service, ask, everything_stored


def test_a_preview_shows_the_answer_and_stores_nothing(admin, sp, ana):
    before, lines = everything_stored(), LoginEvent.objects.count()
    page = ask(admin, sp, ana)
    assert page.context["explanation"].failed == ()
    assert (everything_stored(), LoginEvent.objects.count()) == (before, lines)


def test_a_name_id_that_does_not_exist_yet_says_when_it_is_made(admin, sp, ana):
    assert "made at the first sign-in" in ask(admin, sp, ana, show="yes").text
    name_id = SubjectName.of(ana, None)
    page = ask(admin, sp, ana, show="yes").text
    assert name_id in page
    assert "made at the first sign-in" not in page


def test_personal_values_in_a_preview_are_hidden_until_shown(admin, sp, ana):
    name_id = SubjectName.of(ana, None)
    assert name_id not in ask(admin, sp, ana).text
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()
    assert name_id in ask(admin, sp, ana, show="yes").text
    line = LoginEvent.objects.get(kind=Kind.VALUES_SHOWN)
    assert (line.agent, line.detail) == (ana, "to Olivia Operator: what would be sent now")


def test_an_attribute_that_cannot_be_sent_gets_the_sentence_of_a_sign_in(admin, sp, ana):
    ReleasedAttribute.objects.create(service_provider=sp, name="skill.int", source="fixed", fixed="five")
    page = ask(admin, sp, ana)
    assert "We cannot tell the app who you are" in page.text
    assert "skill.int: a value is not a whole number" in page.text


def test_an_agent_without_roles_fails_the_check_that_flex_would_make(admin, sp, ana):
    ana.roles.all().delete()
    page = ask(admin, sp, ana)
    assert [it.name for it in page.context["explanation"].failed] == ["Attribute roles"]
    assert "error 45050" in page.text


def test_the_page_says_what_it_does_not_check_and_who_is_switched_off(admin, sp):
    page = ask(admin, sp, an_agent(is_active=False)).text
    assert "is decided elsewhere" in page
    assert "is switched off and cannot sign in." in page


def test_an_unknown_agent_or_service_gets_a_sentence(admin, sp):
    page = admin.post(WOULD, {"service": "other", "agent": "nobody@acme.example"}).text
    assert "Nobody has this email." in page
    assert "Select a valid choice" in page


def test_a_link_chooses_the_service_and_no_agent(admin, sp):
    a_general_service()
    assert '<option value="wiki" selected>' in admin.get(f"{WOULD}?service=wiki").text


def test_a_preview_for_an_encrypting_service_is_readable(admin, ana, keys):
    page = ask(admin, an_encrypting_service(), ana, show="yes")
    assert page.context["explanation"].failed == ()
    assert page.text.count("<bdi>ana@acme.example</bdi>") == 2


def test_a_service_without_an_address_gets_a_sentence(admin, sp, ana):
    AssertionConsumer.objects.all().delete()
    assert "no address that takes Responses" in ask(admin, sp, ana).text


@pytest.mark.parametrize("name_id_format", [names.TRANSIENT, names.EMAIL_ADDRESS, names.PERSISTENT])
def test_every_name_id_format_can_be_previewed(admin, ana, keys, name_id_format):
    page = ask(admin, a_general_service(name_id_format=name_id_format), ana)
    assert page.context["explanation"].failed == ()
    assert page.context["explanation"].name_id_format == name_id_format
