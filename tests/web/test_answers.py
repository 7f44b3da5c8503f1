"""Answers explained: what was sent, what would be, and whether a second reader takes it."""

from html import unescape

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.test import Client

from idp.agents import devices
from idp.agents.authentication import Authentication, Method
from idp.agents.models import Department
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.sign_in import Admission
from idp.policies.models import TimeoutPolicy
from idp.saml import names, responses
from idp.saml.asked import Asked
from idp.saml.models import AssertionConsumer, IssuedAssertion, ReleasedAttribute, ServiceProvider, SubjectName
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy, SsoSession
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE
from tests.saml.keys import a_pair
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import REFERENCE, a_service

WOULD = "/admin/answers/would/"
CHECK = "/admin/answers/check/{}/"
HOSTILE = {
    "markup": "R&D <Team>",
    "script": "</td><script>alert(1)</script>",
    "quotes": "\"' onmouseover=alert(1) x='",
    "right to left": "\u202e\u0645\u0631\u062d\u0628\u0627",
    "long": "x" * 100,
}


@pytest.fixture
def sp(db, keys):
    return a_service()


@pytest.fixture
def ana(db):
    return an_agent()


@pytest.fixture(autouse=True)
def _morning(clock):
    """Everything happens on one morning."""


def a_general_service(**fields):
    sp = ServiceProvider.objects.create(
        slug="wiki",
        name="Wiki",
        entity_id="https://wiki.example/metadata",
        profile="generic",
        timeout_policy=TimeoutPolicy.objects.get(name="legacy"),
        **fields,
    )
    AssertionConsumer.objects.create(service_provider=sp, url="https://wiki.example/acs", is_default=True)
    ReleasedAttribute.objects.create(service_provider=sp, name="mail", source="email")
    return sp


def an_encrypting_service():
    return a_general_service(encrypt=True, encryption_certificates=a_pair("reader of secrets").certificate)


def answered(sp, agent, request_id="_request-1", opened_by=OpenedBy.CODE):
    """Sign an agent in at a service, as the protocol does."""
    device = devices.enrol(agent, IPHONE, None, NOW).device
    session, _ = sessions.open_session(device, opened_by, NOW)
    method = Method(opened_by.value)
    admission = Admission(agent, device, session.index, Authentication(agent.pk, device.pk, method, method, NOW))
    asked = Asked(request_id, sp.consumers.first().url, None)
    responses.success(sp, asked, admission, Origin("192.0.2.7", "", REFERENCE), NOW)
    return IssuedAssertion.objects.get(request_id=request_id)


def page_of(issued):
    return f"/admin/answers/{issued.pk}/"


def somebody(*permissions):
    """An operator who may do just that."""
    operator = a_superuser("half@acme.example", is_superuser=False)
    operator.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return inside(operator)


def everything_stored():
    """Every row of ours, but for the trail."""
    ours = [it for it in apps.get_models() if it.__module__.startswith("idp.") and it is not LoginEvent]
    return {it._meta.label: list(it.objects.order_by("pk").values()) for it in ours}


# What was sent


def test_the_story_says_who_was_let_in_when_how_and_who_asked(admin, sp, ana):
    page = admin.get(page_of(answered(sp, ana))).text
    assert "On 21 November 2026 at 09:00:00 UTC <bdi>Ana García</bdi> was let in to <bdi>Flex</bdi>" in page
    assert "by a code given on <bdi>iPhone" in page
    assert "Flex had asked for it." in page


def test_a_sign_in_that_began_here_by_a_token_says_so(admin, sp, ana):
    page = admin.get(page_of(answered(sp, ana, None, OpenedBy.TOKEN))).text
    assert "The sign-in began here; Flex had not asked for it." in page
    assert "without a code: <bdi>iPhone" in page
    assert "checks hold" in page


def test_a_sign_in_whose_session_is_gone_is_still_explained(admin, sp, ana):
    issued = answered(sp, ana)
    SsoSession.objects.all().delete()
    assert "by a sign-in that is no longer listed" in admin.get(page_of(issued)).text


def test_all_checks_hold_for_what_was_sent(admin, sp, ana):
    explained = admin.get(page_of(answered(sp, ana))).context["explained"]
    assert explained.failed == ()
    assert len(explained.checks) > 35


def test_a_check_that_fails_says_what_to_do(admin, sp, ana):
    issued = answered(sp, ana)
    AssertionConsumer.objects.update(url="https://login.flex.us1.twilio.com/elsewhere")
    page = admin.get(page_of(issued)).text
    assert "checks do not hold" in page
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
    told = {it.name: it.origin for it in admin.get(page_of(answered(sp, ana))).context["explained"].attributes}
    assert told == {
        "roles": "always sent: roles",
        "full_name": "always sent: full name",
        "email": "always sent: e-mail",
        "site.string": "listed: always the same",
        "unit": "cleared: sent once, department is empty now",
        "gone": "cleared: sent once, no longer listed",
    }


def test_an_attribute_taken_off_the_list_since_says_so(admin, sp, ana):
    ReleasedAttribute.objects.create(service_provider=sp, name="site", source="fixed", fixed="Madrid")
    issued = answered(sp, ana)
    ReleasedAttribute.objects.all().delete()
    told = {it.name: it.origin for it in admin.get(page_of(issued)).context["explained"].attributes}
    assert told["site"] == "no longer listed"


def test_an_answer_from_before_answers_were_kept_says_so(admin, sp, ana):
    issued = answered(sp, ana)
    IssuedAssertion.objects.update(response="")
    page = admin.get(page_of(issued))
    assert page.status_code == 200
    assert "sent before answers were kept" in page.text


def test_a_kept_answer_that_cannot_be_read_says_so(admin, sp, ana):
    issued = answered(sp, ana)
    IssuedAssertion.objects.update(response="<garbled")
    page = admin.get(page_of(issued))
    assert (page.status_code, "cannot be read" in page.text) == (200, True)


def test_what_was_sent_encrypted_can_be_looked_at(admin, ana, keys):
    page = admin.get(page_of(answered(an_encrypting_service(), ana)))
    assert "It was sent encrypted" in page.text
    assert page.context["explained"].failed == ()


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_value_is_shown_as_text_and_never_as_markup(admin, sp, value):
    agent = an_agent(full_name=value)
    page = admin.post(page_of(answered(sp, agent))).text
    assert "<script>alert" not in page
    assert "<Team>" not in page
    assert value in unescape(page)


# Personal values


def test_personal_values_are_hidden_until_shown(admin, sp, ana):
    issued = answered(sp, ana)
    page = admin.get(page_of(issued)).text
    assert issued.name_id not in page
    assert "ana@acme.example" not in page
    assert "<bdi>agent</bdi>" in page  # a role says nothing about a person
    shown = admin.post(page_of(issued)).text
    assert shown.count(issued.name_id) == 2
    assert shown.count("ana@acme.example") == 2
    assert issued.name_id not in admin.get(page_of(issued)).text


def test_no_digest_of_hidden_values_is_there_to_try_guesses_on(admin, sp, ana):
    issued = answered(sp, ana)
    digests = [part.split("<")[0] for part in issued.response.split("DigestValue>")[1::2]]
    assert len(digests) == 2
    assert not any(it in admin.get(page_of(issued)).text for it in digests)
    assert all(it in admin.post(page_of(issued)).text for it in digests)


def test_showing_is_in_the_trail_with_the_operators_name(admin, sp, ana):
    issued = answered(sp, ana)
    admin.get(page_of(issued))
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()
    admin.post(page_of(issued))
    line = LoginEvent.objects.get(kind=Kind.VALUES_SHOWN)
    assert (line.agent, line.service) == (ana, "flex")
    assert line.detail == f"to Olivia Operator: {issued.assertion_id}"


def test_no_link_shows_personal_values(admin, sp, ana):
    issued = answered(sp, ana)
    for query in ("?show=yes", "?show", "?masked=0"):
        assert issued.name_id not in admin.get(page_of(issued) + query).text


def test_showing_needs_the_form_of_the_page(operator, sp, ana):
    browser = inside(operator)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(page_of(answered(sp, ana))).status_code == 403
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()


def test_a_fixed_value_and_a_value_beside_a_role_are_hidden_too(admin, sp, ana):
    ReleasedAttribute.objects.create(
        service_provider=sp, name="team.stringarray", source="fixed", fixed="agent\nSecret"
    )
    page = admin.get(page_of(answered(sp, ana))).text
    assert "Secret" not in page


def test_who_may_see_answers_but_not_agents_sees_no_personal_values(sp, ana):
    issued = answered(sp, ana)
    browser = somebody("view_issuedassertion")
    page = browser.get(page_of(issued))
    assert page.status_code == 200
    assert "Show personal values" not in page.text
    assert issued.name_id not in page.text
    assert browser.post(page_of(issued)).status_code == 403
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()


@pytest.mark.parametrize(
    "permissions",
    [[], ["view_agent", "view_serviceprovider"], ["view_issuedassertion"]],
    ids=["none", "others", "half"],
)
def test_half_an_operator_gets_no_page(sp, ana, permissions):
    issued = answered(sp, ana)
    browser = somebody(*permissions)
    pages = [WOULD, CHECK.format("flex")] + ([page_of(issued)] if "view_issuedassertion" not in permissions else [])
    for page in pages:
        assert (page, browser.get(page).status_code, browser.post(page).status_code) == (page, 403, 403)


def test_without_a_second_factor_every_page_leads_to_the_door(operator, sp, ana):
    browser = Client()
    browser.force_login(operator)
    for page in (page_of(answered(sp, ana)), WOULD, CHECK.format("flex")):
        for response in (browser.get(page), browser.post(page)):
            assert (response.status_code, response["Location"].startswith("/admin/login/")) == (302, True)


def test_the_row_in_the_list_of_answers_hides_the_name_too(admin, sp, ana):
    issued = answered(sp, ana)
    page = admin.get(f"/admin/saml/issuedassertion/{issued.pk}/change/").text
    assert issued.assertion_id in page
    assert issued.name_id not in page


def test_no_signature_value_is_on_the_page(admin, sp, ana):
    issued = answered(sp, ana)
    assert "blank: it is never kept" in admin.post(page_of(issued)).text


# What would be sent


def ask(admin, sp, agent, **more):
    return admin.post(WOULD, {"service": sp.slug, "agent": agent.email, **more})


def test_what_would_be_sent_is_shown_and_nothing_is_stored(admin, sp, ana):
    before, lines = everything_stored(), LoginEvent.objects.count()
    page = ask(admin, sp, ana)
    assert page.context["explained"].failed == ()
    assert (everything_stored(), LoginEvent.objects.count()) == (before, lines)


def test_a_name_that_is_not_made_yet_says_when_it_is(admin, sp, ana):
    assert "made at the first sign-in" in ask(admin, sp, ana, show="yes").text
    name_id = SubjectName.of(ana, None)
    page = ask(admin, sp, ana, show="yes").text
    assert name_id in page
    assert "made at the first sign-in" not in page


def test_personal_values_of_what_would_be_sent_are_hidden_until_shown(admin, sp, ana):
    name_id = SubjectName.of(ana, None)
    assert name_id not in ask(admin, sp, ana).text
    assert not LoginEvent.objects.filter(kind=Kind.VALUES_SHOWN).exists()
    assert name_id in ask(admin, sp, ana, show="yes").text
    line = LoginEvent.objects.get(kind=Kind.VALUES_SHOWN)
    assert (line.agent, line.detail) == (ana, "to Olivia Operator: what would be sent now")


def test_an_attribute_that_cannot_be_told_is_the_sentence_that_it_would_be(admin, sp, ana):
    ReleasedAttribute.objects.create(service_provider=sp, name="skill.int", source="fixed", fixed="five")
    page = ask(admin, sp, ana)
    assert "The app cannot be told about you." in page.text
    assert "skill.int: a value is not a whole number" in page.text


def test_an_agent_without_roles_fails_the_check_that_flex_would_make(admin, sp, ana):
    ana.roles.all().delete()
    page = ask(admin, sp, ana)
    assert [it.name for it in page.context["explained"].failed] == ["Attribute roles"]
    assert "error 45050" in page.text


def test_it_says_that_the_gates_are_elsewhere_and_who_is_switched_off(admin, sp):
    page = ask(admin, sp, an_agent(is_active=False)).text
    assert "is decided elsewhere" in page
    assert "is switched off and is not let in" in page


def test_an_unknown_agent_or_service_gets_a_sentence(admin, sp):
    page = admin.post(WOULD, {"service": "other", "agent": "nobody@acme.example"}).text
    assert "Nobody here has this e-mail." in page
    assert "Select a valid choice" in page


def test_a_link_chooses_the_service_and_no_agent(admin, sp):
    a_general_service()
    assert '<option value="wiki" selected>' in admin.get(f"{WOULD}?service=wiki").text


def test_what_would_be_sent_encrypted_is_shown_readable(admin, ana, keys):
    page = ask(admin, an_encrypting_service(), ana, show="yes")
    assert page.context["explained"].failed == ()
    assert page.text.count("<bdi>ana@acme.example</bdi>") == 2


def test_a_service_without_an_address_gets_a_sentence(admin, sp, ana):
    AssertionConsumer.objects.all().delete()
    assert "no address that takes Responses" in ask(admin, sp, ana).text


@pytest.mark.parametrize("name_id_format", [names.TRANSIENT, names.EMAIL_ADDRESS, names.PERSISTENT])
def test_every_format_of_name_would_be_sent(admin, ana, keys, name_id_format):
    page = ask(admin, a_general_service(name_id_format=name_id_format), ana)
    assert page.context["explained"].failed == ()
    assert page.context["explained"].name_id_format == name_id_format


# Check here


@pytest.mark.parametrize("sign", ["both", "response"])
def test_check_here_takes_a_good_answer(admin, sp, ana, sign):
    ServiceProvider.objects.update(sign=sign)
    page = admin.post(CHECK.format("flex"), {"agent": "ANA@acme.example"})
    assert page.context["verdict"].accepted
    assert page.context["taken"]
    assert "The second reader takes this answer" in page.text


def test_check_here_makes_up_a_person_and_stores_nothing(admin, sp):
    before = everything_stored()
    page = admin.post(CHECK.format("flex"), {"agent": ""})
    assert page.context["taken"]
    assert "a made-up person" in page.text
    assert everything_stored() == before


def test_check_here_waits_for_the_button(admin, sp):
    page = admin.get(CHECK.format("flex"))
    assert (page.status_code, "verdict" in page.context) == (200, False)


def test_check_here_says_what_to_compare_in_which_order(admin, sp):
    page = admin.post(CHECK.format("flex"), {"agent": ""})
    compared = [name for name, _ in page.context["ours"]]
    assert compared[0] == "X.509 certificate, SHA-256 fingerprint"
    assert compared[-4:] == [
        "Issuer (our entity ID)",
        "ACS URL",
        "Audience (its entity ID)",
        "Single Sign-On URL",
    ]
    assert all(value in unescape(page.text) for _, value in page.context["ours"])


def test_check_here_reads_the_answer_of_an_encrypting_service_before_encryption(admin, ana, keys):
    an_encrypting_service()
    page = admin.post(CHECK.format("wiki"), {"agent": ana.email})
    assert page.context["taken"]
    assert "it read the same answer before encryption" in page.text


def test_check_here_says_when_nothing_can_be_encrypted(admin, keys, db):
    a_general_service(encrypt=True, encryption_certificates=a_pair("curve", curve=True).certificate)
    page = admin.post(CHECK.format("wiki"), {"agent": ""})
    assert "No answer can be made" in page.text


def test_check_here_tells_of_an_answer_that_flex_alone_would_refuse(admin, sp, ana):
    ana.roles.all().delete()
    page = admin.post(CHECK.format("flex"), {"agent": "ana@acme.example"})
    assert page.context["verdict"].accepted
    assert not page.context["taken"]
    assert "error 45050" in page.text


def test_no_signed_answer_is_on_any_page(admin, sp, ana, monkeypatch):
    signed = []
    written = responses.written
    monkeypatch.setattr(responses, "written", lambda *args, **how: signed.append(written(*args, **how)) or signed[-1])
    pages = [ask(admin, sp, ana, show="yes").text, admin.post(CHECK.format("flex"), {"agent": ana.email}).text]
    values = [it.octets.decode().split("SignatureValue>")[1].split("<")[0] for it in signed]
    assert len(values) == 3
    for value in values:
        assert all(value[:20] not in page for page in pages)


def test_a_service_that_is_not_there_is_not_found(admin, keys):
    assert admin.get(CHECK.format("other")).status_code == 404
    assert admin.get("/admin/answers/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_other_methods_are_not_taken(admin, sp):
    assert admin.put(WOULD).status_code == 405
    assert admin.delete(CHECK.format("flex")).status_code == 405


# Where the links are, and what a page costs


def test_trail_and_list_lead_to_the_page(admin, sp, ana):
    issued = answered(sp, ana)
    line = LoginEvent.objects.get(kind=Kind.ANSWERED)
    link = f'href="{page_of(issued)}"'
    assert link in admin.get(f"/admin/audit/loginevent/{line.pk}/change/").text
    assert link in admin.get("/admin/saml/issuedassertion/").text


def test_pages_ask_the_database_a_bounded_number_of_times(admin, sp, ana, django_assert_max_num_queries):
    issued = answered(sp, ana)
    for nth in range(20):
        ReleasedAttribute.objects.create(service_provider=sp, name=f"a{nth}", source="department")
        AssertionConsumer.objects.create(service_provider=sp, url=f"https://sp.example/{nth}", index=nth + 1)
        answered(sp, ana, f"_request {nth}")
    with django_assert_max_num_queries(14):
        admin.get(page_of(issued))
    with django_assert_max_num_queries(24):
        ask(admin, sp, ana)
    with django_assert_max_num_queries(24):
        admin.post(CHECK.format("flex"), {"agent": ana.email})
