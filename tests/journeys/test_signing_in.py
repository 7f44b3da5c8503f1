"""The main job: from Flex to Flex with a code, in both bindings and both presets."""

import re

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.demo.sp.flavours import ENHANCED, LEGACY
from idp.saml import names
from tests.phone import NUMBER, Phone
from tests.user_agents import ANDROID, FLEX_MOBILE_ANDROID, FLEX_MOBILE_IOS, IPHONE

PHONES = pytest.mark.parametrize(
    "user_agent",
    [IPHONE, ANDROID, FLEX_MOBILE_IOS, FLEX_MOBILE_ANDROID],
    ids=["iPhone", "Android", "Flex Mobile on iPhone", "Flex Mobile on Android"],
)
BINDINGS = pytest.mark.parametrize("binding", ["redirect", "post"])
HOMES = pytest.mark.parametrize("home", ["/", "/legacy/"], ids=["enhanced", "legacy"])


@PHONES
@BINDINGS
@HOMES
def test_an_agent_signs_in_to_flex_with_a_code(phone, user_agent, binding, home):
    known = phone.like(user_agent).sign_in(NUMBER, home, binding=binding)
    assert known["attributes"] == {
        "email": ["ana@acme.example"],
        "full_name": ["Ana García"],
        "roles": ["agent"],
    }
    assert known["authn_context"] == names.MOBILE_ONE_FACTOR_CONTRACT


@BINDINGS
def test_the_relay_state_is_returned_unchanged(phone, binding):
    relay_state = "https://flex.twilio.com/?a=1&b=%2F+ü<\"'>" + "x" * 200
    assert phone.sign_in(binding=binding, relay_state=relay_state)["relay_state"] == relay_state


def test_without_relay_state_none_is_sent(phone, flex):
    page = phone.ask_flex(relay_state="")
    page = phone.submit(phone.ask_code(page), "code", code=phone.code())
    assert (
        "RelayState" not in page.form_with("SAMLResponse").fields
        or page.form_with("RelayState").fields["RelayState"] == ""
    )


@HOMES
def test_the_name_id_is_the_same_for_both_presets_and_holds_nothing_personal(phone, home):
    first = phone.sign_in()["name_id"]
    again = phone.like().sign_in(home=home)["name_id"]
    assert first == again
    assert re.fullmatch(r"[a-z2-7]{26}", first)


def test_a_name_with_markup_is_sent_as_text(phone):
    assert phone.sign_in("+12015550108")["attributes"]["full_name"] == ["R&D <Team>"]


def test_a_supervisors_roles_are_sent_as_separate_values(phone):
    roles = phone.sign_in("+12015550103")["attributes"]["roles"]
    assert roles == ["agent", "supervisor", "wfo.quality_process_manager"]


@pytest.mark.parametrize(
    "typed",
    [
        "+1 (201) 555-0101",
        "001 201 555 0101",
        "+1.201.555.0101",
        "+١٢٠١٥٥٥٠١٠١",
        "ana@acme.example",
        "ANA@acme.example",
    ],
)
def test_a_number_or_email_is_accepted_as_people_type_it(phone, typed):
    page = phone.ask_code(phone.ask_flex(), typed)
    assert phone.submit(page, "code", code=phone.code()).form_with("SAMLResponse") is not None


@pytest.mark.parametrize("spelling", ["{0} {1}", "{0}-{1}", " {0}{1} "], ids=["space", "dash", "around"])
def test_a_code_may_be_typed_with_spaces_and_dashes(phone, spelling):
    page = phone.ask_code(phone.ask_flex())
    code = phone.code()
    page = phone.submit(page, "code", code=spelling.format(code[:3], code[3:]))
    assert page.form_with("SAMLResponse") is not None


def test_a_call_reads_out_the_same_code(phone, clock):
    page = phone.ask_code(phone.ask_flex())
    texted = phone.code()
    clock.shift(31)
    page = phone.submit(page, "again", again="call")
    assert page.heading == "Enter the code"
    assert phone.code(after=1) == texted
    assert phone.submit(page, "code", code=texted).form_with("SAMLResponse") is not None


def test_a_wrong_number_can_be_corrected(phone):
    page = phone.ask_code(phone.ask_flex(), "+12015550109")
    page = phone.submit(page, "change", change="number")
    assert page.form_with("identifier").fields["identifier"] == "+1 201-555-0109"
    page = phone.ask_code(page, NUMBER)
    assert phone.submit(page, "code", code=phone.code()).form_with("SAMLResponse") is not None


def test_the_page_asks_for_the_email_again_until_the_agent_chooses_the_number(phone):
    page = phone.ask_flex()
    by_email = phone.ask_code(phone.open(page.url, by="email"), "ana@")
    assert (by_email.status, "Work email" in by_email.text) == (400, True)
    page = phone.submit(phone.ask_code(by_email, "anna@acme.example"), "change", change="number")
    assert ("Work email" in page.text, page.form_with("identifier").fields["identifier"]) == (True, "anna@acme.example")
    page = phone.open(page.url, by="number")
    assert ("Mobile number" in page.text, page.form_with("identifier").fields["identifier"]) == (True, "")


def test_a_code_typed_in_one_tab_signs_in_the_other(phone):
    first, second = (phone.ask_code(page) for page in (phone.ask_flex(), phone.ask_flex()))
    code = phone.code(after=0)
    assert phone.submit(first, "code", code=code).form_with("SAMLResponse") is not None
    assert phone.arrive(phone.submit(second, "code", code=code))["signed_in"]
    assert not LoginEvent.objects.filter(kind=Kind.CODE_WRONG).exists()


@pytest.mark.parametrize(("number", "query"), [("+12015550102", {}), (NUMBER, {"force_authn": "1"})])
def test_a_code_typed_in_one_tab_signs_in_no_other_agent_and_does_not_satisfy_force_authn(phone, number, query):
    first, second = phone.ask_code(phone.ask_flex()), phone.ask_code(phone.ask_flex(**query), number)
    phone.arrive(phone.submit(first, "code", code=phone.code(after=0)))
    page = phone.submit(second, "code", code="000000")
    assert (page.status, page.form_with("SAMLResponse")) == (403, None)


def test_the_page_of_an_expired_code_mentions_no_tries_left(phone, clock):
    page = phone.ask_code(phone.ask_flex())
    clock.shift(600)
    page = phone.submit(page, "code", code="000000")
    assert (page.status, "has expired" in page.text, "left" in page.text) == (410, True, False)


@pytest.mark.parametrize("typed", ["", "lab", "12", "ana@acme"])
def test_the_field_for_an_email_shows_the_keyboard_for_emails(phone, typed):
    page = phone.open(f"{phone.ask_flex().url}?by=email")
    page = phone.submit(page, "identifier", identifier=typed)
    assert page.status == 400
    assert page.html.get_element_by_id("error").text == "Enter an email like name@company.com"


def test_flex_can_require_a_fresh_code(phone, clock):
    phone.sign_in()
    clock.shift(61)
    page = phone.ask_flex(force_authn="1")
    assert "asks you to confirm it is you" in page.text
    assert phone.arrive(phone.submit(phone.ask_code(page), "code", code=phone.code(after=1)))["signed_in"]


def test_a_passive_request_gets_a_response_and_no_page(phone):
    page = phone.ask_flex(is_passive="1")
    answer = phone.submit(page, "SAMLResponse")
    assert answer.status == 403
    assert "NoPassive" in answer.text


def test_two_services_share_one_sign_in(phone):
    enhanced, legacy = phone.sign_in(), phone.sign_in_silently("/legacy/")
    assert (enhanced["flavour"], legacy["flavour"]) == (ENHANCED.slug, LEGACY.slug)
    assert enhanced["name_id"] == legacy["name_id"]


def test_two_agents_at_once_get_their_own_assertions(phone, android):
    assert isinstance(android, Phone)
    ana, ben = phone.sign_in("+12015550101"), android.sign_in("+12015550102")
    assert ana["name_id"] != ben["name_id"]
    assert phone.sign_in_silently()["attributes"]["email"] == ["ana@acme.example"]
    assert android.sign_in_silently()["attributes"]["email"] == ["ben@acme.example"]
