"""Answers that were sent, explained."""

from html import unescape

import pytest

from idp.agents.models import Department
from idp.audit.models import Kind, LoginEvent
from idp.saml.models import AssertionConsumer, IssuedAssertion, ReleasedAttribute
from idp.sessions.models import OpenedBy, SsoSession
from tests.conftest import an_agent
from tests.web.pages.responses.conftest import CHECK, an_encrypting_service, answered, ask, page_of

pytestmark = pytest.mark.each_database

HOSTILE = {
    "markup": "R&D <Team>",
    "script": "</td><script>alert(1)</script>",
    "quotes": "\"' onmouseover=alert(1) x='",
    "right to left": "\u202e\u0645\u0631\u062d\u0628\u0627",
    "long": "x" * 100,
}


def test_the_summary_says_who_signed_in_when_how_and_who_asked(admin, sp, ana):
    page = admin.get(page_of(answered(sp, ana))).text
    assert "On 21 November 2026 at 09:00:00 UTC <bdi>Ana García</bdi> was let in to <bdi>Flex</bdi>" in page
    assert "by a code given on <bdi>iPhone" in page
    assert "Flex had asked for it." in page


def test_a_sign_in_that_began_here_by_a_token_says_so(admin, sp, ana):
    page = admin.get(page_of(answered(sp, ana, None, OpenedBy.TOKEN))).text
    assert "The sign-in started here: Flex had not asked for it." in page
    assert "without a code: <bdi>iPhone" in page
    assert "checks pass" in page


def test_a_sign_in_whose_session_is_gone_is_still_explained(admin, sp, ana):
    issued = answered(sp, ana)
    SsoSession.objects.all().delete()
    assert "by a sign-in that is no longer listed" in admin.get(page_of(issued)).text


def test_an_answer_that_was_sent_passes_all_checks(admin, sp, ana):
    explained = admin.get(page_of(answered(sp, ana))).context["explanation"]
    assert explained.failed == ()
    assert len(explained.checks) > 35


def test_a_check_that_fails_says_what_to_do(admin, sp, ana):
    issued = answered(sp, ana)
    AssertionConsumer.objects.update(url="https://login.flex.us1.twilio.com/elsewhere")
    page = admin.get(page_of(issued)).text
    assert "checks fail." in page
    assert "Register the ACS URL exactly as the service shows it" in page


def test_each_attribute_says_where_it_comes_from(admin, sp, ana):
    ana.department = Department.objects.create(name="Sales")
    ana.save()
    lines = [("unit", "department", ""), ("site.string", "fixed", "Madrid"), ("gone", "fixed", "once")]
    for name, source, fixed in lines:
        ReleasedAttribute.objects.create(service_provider=sp, name=name, source=source, fixed=fixed)
    answered(sp, ana, "_before")
    ReleasedAttribute.objects.filter(name="gone").delete()
    ana.department = None
    ana.save()
    told = {it.name: it.origin for it in admin.get(page_of(answered(sp, ana))).context["explanation"].attributes}
    assert told == {
        "roles": "always sent: roles",
        "full_name": "always sent: full name",
        "email": "always sent: email",
        "site.string": "listed: always the same",
        "unit": "cleared: sent once, department is empty now",
        "gone": "cleared: sent once, no longer listed",
    }


def test_an_attribute_that_is_no_longer_listed_says_so(admin, sp, ana):
    ReleasedAttribute.objects.create(service_provider=sp, name="site", source="fixed", fixed="Madrid")
    issued = answered(sp, ana)
    ReleasedAttribute.objects.all().delete()
    told = {it.name: it.origin for it in admin.get(page_of(issued)).context["explanation"].attributes}
    assert told["site"] == "no longer listed"


def test_an_answer_that_was_not_stored_says_so(admin, sp, ana):
    issued = answered(sp, ana)
    IssuedAssertion.objects.update(response="")
    page = admin.get(page_of(issued))
    assert page.status_code == 200
    assert "did not yet keep answers" in page.text


def test_a_stored_answer_that_cannot_be_read_says_so(admin, sp, ana):
    issued = answered(sp, ana)
    IssuedAssertion.objects.update(response="<garbled")
    page = admin.get(page_of(issued))
    assert (page.status_code, "cannot be read" in page.text) == (200, True)


def test_an_answer_that_was_sent_encrypted_is_readable(admin, ana, keys):
    page = admin.get(page_of(answered(an_encrypting_service(), ana)))
    assert "It was sent encrypted" in page.text
    assert page.context["explanation"].failed == ()


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_value_is_shown_as_text_and_never_as_markup(admin, sp, value):
    agent = an_agent(full_name=value)
    page = admin.post(page_of(answered(sp, agent))).text
    assert "<script>alert" not in page
    assert "<Team>" not in page
    assert value in unescape(page)


def test_trail_and_list_link_to_the_page(admin, sp, ana):
    issued = answered(sp, ana)
    line = LoginEvent.objects.get(kind=Kind.ANSWERED)
    link = f'href="{page_of(issued)}"'
    assert link in admin.get(f"/admin/audit/loginevent/{line.pk}/change/").text
    assert link in admin.get("/admin/saml/issuedassertion/").text


def test_the_pages_take_a_fixed_number_of_queries(admin, sp, ana, django_assert_max_num_queries):
    issued = answered(sp, ana)
    for nth in range(20):
        ReleasedAttribute.objects.create(service_provider=sp, name=f"a{nth}", source="department")
        AssertionConsumer.objects.create(service_provider=sp, url=f"https://sp.example/{nth}", index=nth + 1)
        answered(sp, ana, f"_request {nth}")
    with django_assert_max_num_queries(14):
        admin.get(page_of(issued))
    with django_assert_max_num_queries(24):
        ask(admin, sp, ana)
    with django_assert_max_num_queries(25):
        admin.post(CHECK.format("flex"), {"agent": ana.email})
