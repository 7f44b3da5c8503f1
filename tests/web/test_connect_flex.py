"""Connect Flex, the pages: pasting, registering, the Console's fields, listening, adopting, symptoms."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError
from lxml import html

from idp.demo.loopback import LoopbackServer
from idp.errors import IdpError
from idp.login import errors as login_errors
from idp.saml import errors, listening, published
from idp.saml.models import HeardRequest, ServiceProvider
from idp.saml.profiles.flex_symptoms import SYMPTOMS
from idp.web.pages.connect_flex import heard as connect_flex_heard
from idp.web.pages.connect_flex import lookup as connect_flex_lookup
from tests.conftest import NOW, an_agent
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import a_service
from tests.web.test_commands import run, told

PAGE = "/admin/connect-flex/"
CONNECTION, ACCOUNT = "JQ" + "2" * 32, "AC" + "3" * 32
ENTITY_ID = f"urn:flex:{CONNECTION}"
ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"
LEGACY_ACS = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2"
UNKNOWN, OTHER_ACS = errors.UnknownServiceProvider.code, errors.UnregisteredAcs.code


@pytest.fixture(autouse=True)
def _keys_are_there(db, keys):
    """The Console's fields hold our certificate."""


def shown(response):
    """What a person reads on a page, in one line."""
    return " ".join(html.fromstring(response.content.decode()).text_content().split())


def paste(admin, *values):
    return admin.get(PAGE, {"pasted": "\n".join(values)})


def register(admin, *values, profile="flex-enhanced", slug="flex", name="Flex"):
    address = f"{PAGE}?pasted={'%0A'.join(values)}"
    return admin.post(address, {"profile": profile, "slug": slug, "name": name}, follow=True)


def a_request_heard(issuer=ENTITY_ID, acs_url=ACS, outcome=UNKNOWN, **fields):
    """A request as listening notes it, half a minute ago."""
    fields = {"at": NOW, "binding": "redirect", "signed": False, "reference": "7KQ2M-9TX4D", **fields}
    return HeardRequest.objects.create(issuer=issuer, acs_url=acs_url, outcome=outcome, **fields)


def adopt(admin, heard):
    return admin.post(f"{PAGE}adopt/{heard.pk}/", follow=True)


# Step 1


@pytest.mark.parametrize("pasted", [CONNECTION, ENTITY_ID, ACS, f"  {ACS}\r\n{CONNECTION}"])
def test_any_value_of_enhanced_sso_is_understood(admin, pasted):
    page = shown(paste(admin, pasted))
    assert ENTITY_ID in page
    assert ACS in page
    assert f"Connect {CONNECTION}" in page


def test_pasting_registers_nothing_yet(admin):
    paste(admin, CONNECTION)
    assert not ServiceProvider.objects.exists()


def test_one_button_registers_the_connection_with_its_preset(admin):
    page = register(admin, CONNECTION)
    sp = ServiceProvider.objects.get()
    assert (sp.entity_id, sp.profile, sp.timeout_policy.name) == (ENTITY_ID, "flex-enhanced", "enhanced")
    assert [it.url for it in sp.consumers.all()] == [ACS]
    assert page.redirect_chain[-1][0] == f"{PAGE}flex/"
    assert "2. Type these into the Console" in shown(page)


def test_the_address_as_pasted_is_kept_and_what_is_odd_is_said(admin):
    odd = ACS.replace("us1", "ie1") + "&more=1"
    page = shown(paste(admin, odd, ENTITY_ID))
    assert "The region is ie1" in page
    assert "further parameters" in page
    register(admin, odd.replace("&", "%26"))
    assert ServiceProvider.objects.get().consumers.get().url == odd


def test_an_account_sid_leads_to_enhanced_sso_first_and_has_legacy_behind_a_link(admin):
    page = html.fromstring(paste(admin, ACCOUNT).content)
    assert page.xpath(f"//button[contains(., 'Look up {ACCOUNT}')]")
    assert page.xpath(f"//details//button[contains(., 'Connect {ACCOUNT}')]")
    assert not page.xpath("//details/@open")


def test_both_ways_of_one_account_stand_side_by_side(admin):
    register(admin, CONNECTION, ACCOUNT)
    page = shown(paste(admin, CONNECTION, ACCOUNT))
    assert "Registered here already" in page
    register(admin, CONNECTION, ACCOUNT, profile="flex-legacy", slug="flex-legacy", name="Flex (legacy)")
    assert sorted(ServiceProvider.objects.values_list("profile", flat=True)) == ["flex-enhanced", "flex-legacy"]
    assert "Flex (legacy)" in shown(admin.get(f"{PAGE}flex/"))


def test_suggested_names_do_not_clash(admin):
    a_service()
    page = html.fromstring(paste(admin, CONNECTION).content)
    assert page.xpath("//input[@name='slug']/@value") == ["flex-2"]
    assert page.xpath("//input[@name='name']/@value") == ["Flex 2"]


FAULTY = {
    "hello": "neither an Account SID",
    f"{CONNECTION} JQ{'4' * 32}": "do not belong together",
    f"{CONNECTION} {ACCOUNT} {ACS} {ENTITY_ID}": "Paste up to 3 values",
    ACS.replace("twilio.com", "twilio.com.evil.example"): "neither an Account SID",
    "": "This field is required",
}


@pytest.mark.parametrize(("pasted", "sentence"), FAULTY.items())
def test_what_cannot_be_understood_is_said_and_offers_no_button(admin, pasted, sentence):
    response = paste(admin, pasted)
    assert sentence in shown(response)
    assert b'name="slug"' not in response.content


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"slug": "symptoms"}, "another page"),
        ({"slug": "not a slug"}, "slug:"),
        ({"slug": "taken"}, "already exists"),
        ({"profile": "flex-legacy"}, "does not say"),
    ],
)
def test_a_refused_registration_says_why_and_adds_nothing(admin, names, sentence):
    a_service(slug="taken")
    assert sentence in shown(register(admin, CONNECTION, **names))
    assert ServiceProvider.objects.count() == 1


# Looking up


class Twilio:
    """A pretend services.twilio.com that answers what it is told to, and remembers what it was asked."""

    def __init__(self, status="200 OK", body="{}"):
        self.status, self.body, self.asked = status, body, []

    def __call__(self, environ, start_response):
        headers = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
        self.asked.append((environ["REQUEST_METHOD"], environ["QUERY_STRING"], headers))
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.body.encode()]


@pytest.fixture
def twilio(monkeypatch):
    """Let `twilio(status=…, body=…)` answer, for as long as the test runs."""
    servers = []

    def answering(**answer):
        application = Twilio(**answer)
        server = LoopbackServer(application)
        servers.append(server)
        monkeypatch.setattr(connect_flex_lookup, "ADDRESS", f"{server.url}/v1/Flex/Authentication/Config")
        return application

    yield answering
    for server in servers:
        server.close()


def look_up(admin, account_sid=ACCOUNT):
    return admin.post(f"{PAGE}look-up/account/", {"account_sid": account_sid}, follow=True)


def config(*names):
    return json.dumps({"config_list": [{"connection_name": name, "active": active} for name, active in names]})


def test_looking_up_asks_twilio_once_without_credentials_and_fills_in_the_connection(admin, twilio):
    asked = twilio(body=config((CONNECTION, True))).asked
    page = shown(look_up(admin))
    assert f"Connect {CONNECTION}" in page
    assert [(method, query) for method, query, _ in asked] == [("GET", f"AccountSid={ACCOUNT}")]
    assert not {"HTTP_AUTHORIZATION", "HTTP_COOKIE"} & asked[0][2].keys()


def test_the_active_connection_comes_first_and_the_others_are_named(admin, twilio):
    twilio(body=config(("JQ" + "9" * 32, False), (CONNECTION, True)))
    page = shown(look_up(admin))
    assert f"Connect {CONNECTION}" in page
    assert f"the others: JQ{'9' * 32}" in page


USELESS = {
    "an error": {"status": "500 Oh", "body": "oh"},
    "a redirect": {"status": "302 Found", "body": ""},
    "no JSON": {"body": "<html>"},
    "another shape": {"body": '{"config_list": [1, {"connection_name": 5}]}'},
    "a list": {"body": "[]"},
    "nesting without end": {"body": "[" * 60_000},
}


@pytest.mark.parametrize("answer", USELESS.values(), ids=USELESS)
def test_a_useless_answer_costs_one_sentence_and_pasting_still_works(admin, twilio, answer):
    twilio(**answer)
    page = shown(look_up(admin))
    assert "Twilio could not be asked, or did not say." in page
    assert f"Connect {CONNECTION}" in shown(paste(admin, CONNECTION))


def test_a_twilio_that_is_out_of_reach_costs_one_sentence(admin, monkeypatch):
    monkeypatch.setattr(connect_flex_lookup, "ADDRESS", "http://127.0.0.1:9/")
    assert "Twilio could not be asked" in shown(look_up(admin))


def test_an_account_without_enhanced_sso_is_told_apart(admin, twilio):
    twilio(body=config())
    assert "knows no enhanced SSO of this account" in shown(look_up(admin))


def test_nothing_but_an_account_sid_is_looked_up(admin, twilio):
    asked = twilio().asked
    look_up(admin, "AC1&Other=1")
    assert asked == []


# Step 2


def console_of(response):
    """The Console's fields that have a value to copy, by their labels."""
    page = html.fromstring(response.content)
    labels = {it.get("for"): it.text_content() for it in page.xpath("//div[@class='value']/label")}
    return {label: page.xpath(f"//*[@id='{at}']")[0].value for at, label in labels.items()}


def test_the_consoles_fields_stand_in_its_order_with_our_values(admin):
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


def test_sign_in_that_begins_here_is_allowed_and_forbidden_again(admin):
    a_service()
    admin.post(f"{PAGE}flex/opening/", {"unsolicited": "on", "service": "flex"})
    assert ServiceProvider.objects.get().unsolicited
    assert "Begin here" in shown(admin.get(f"{PAGE}flex/"))
    admin.post(f"{PAGE}flex/opening/", {"service": "flex"})
    assert not ServiceProvider.objects.get().unsolicited


# Step 3


def test_listening_begins_and_ends_by_a_button(admin, clock):
    a_service()
    page = admin.post(f"{PAGE}listening/begin/", {"service": "flex"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{PAGE}flex/#heard"
    assert "Listening, for 10 more minutes." in shown(page)
    assert "Listen for Flex" in shown(admin.post(f"{PAGE}listening/end/", follow=True))
    assert listening.current(NOW + timedelta(seconds=5)) is None


def test_the_part_that_is_polled_changes_its_state_when_something_came(admin, clock):
    listening.begin(NOW)
    before = html.fromstring(admin.get(f"{PAGE}listening/heard/").content).get("data-state")
    a_request_heard()
    after = html.fromstring(admin.get(f"{PAGE}listening/heard/").content)
    assert after.get("data-state") != before
    assert ENTITY_ID in after.text_content()


def test_a_hostile_request_stays_text(admin):
    a_request_heard(issuer="<script>alert(1)</script>", acs_url='"><img src=x>', says={"provider_name": "<b>x</b>"})
    page = admin.get(f"{PAGE}listening/heard/").content
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


def test_every_reason_has_its_words():
    assert codes() - connect_flex_heard.WHY.keys() == set()


SENTENCES = {
    OTHER_ACS: "at an address that is not registered for it",
    "saml_unknown_signing_key": "signed with a key that we do not hold",
    "saml_wrong_destination": "Single Sign-On URL in the Console must be http://localhost",
    "saml_stale_request": "Its instant lies 400 seconds behind ours",
    "saml_answer_with_status": "Answered with no: InvalidNameIDPolicy. It asks for names in the format urn:x",
    "something_new": "It ended in the error something_new.",
}


@pytest.mark.parametrize(("outcome", "sentence"), SENTENCES.items())
def test_the_reason_is_said_with_the_values_that_matter(admin, outcome, sentence):
    a_service(connection=CONNECTION)
    says = {"skew": 400, "answered_with": "InvalidNameIDPolicy", "name_id_format": "urn:x"}
    a_request_heard(outcome=outcome, says=says, acs_url="https://sp.example/acs")
    assert sentence in shown(admin.get(f"{PAGE}listening/heard/"))


def test_signatures_with_a_foreign_key_can_be_ignored_by_a_button_that_says_what_follows(admin):
    a_service(connection=CONNECTION)
    a_request_heard(outcome=errors.UnknownSigningKey.code, signed=True)
    page = shown(admin.get(f"{PAGE}flex/"))
    assert "then anybody can send a request in the name of Flex" in page
    assert "Ignore Flex's request signatures" in page
    admin.post(f"{PAGE}flex/signatures/", {"service": "flex"})
    assert ServiceProvider.objects.get().request_signature == "ignore"


# Adopting


def test_an_unknown_flex_is_adopted_by_one_click(admin):
    heard = a_request_heard(acs_url=ACS.replace("us1", "ie1"))
    assert f"the Console must show {CONNECTION}" in shown(admin.get(PAGE))
    page = adopt(admin, heard)
    sp = ServiceProvider.objects.get()
    assert (sp.slug, sp.entity_id, sp.profile) == ("flex", ENTITY_ID, "flex-enhanced")
    assert [it.url for it in sp.consumers.all()] == [ACS.replace("us1", "ie1")]
    assert page.redirect_chain[-1][0] == f"{PAGE}flex/"


def test_what_was_refused_before_it_was_adopted_says_to_sign_in_once_more(admin):
    adopt(admin, a_request_heard())
    assert "Flex is connected for it now. Sign in there once more." in shown(admin.get(f"{PAGE}flex/"))


def test_a_request_without_address_gets_the_one_that_belongs_to_its_name(admin):
    adopt(admin, a_request_heard(acs_url=""))
    assert ServiceProvider.objects.get().consumers.get().url == ACS


def test_another_address_of_a_known_flex_is_added_besides_the_default(admin):
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
    "no Flex": {"issuer": "https://evil.example/"},
    "a bare connection as its name": {"issuer": CONNECTION},
    "white space in its name": {"issuer": f" {ENTITY_ID}"},
    "a request that was taken": {"outcome": ""},
    "a request with a bad signature": {"outcome": "saml_bad_signature"},
    "nothing readable": {"issuer": "", "acs_url": "", "outcome": "saml_unreadable_request"},
}


@pytest.mark.parametrize("bent", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_request_is_neither_offered_nor_adopted(admin, bent):
    heard = a_request_heard(**bent)
    assert f"adopt/{heard.pk}/".encode() not in admin.get(PAGE).content
    assert "can no longer be adopted" in shown(adopt(admin, heard))
    assert not ServiceProvider.objects.exists()


def test_a_hostile_request_adds_no_address_to_a_known_flex(admin):
    sp = a_service(connection=CONNECTION)
    adopt(admin, a_request_heard(acs_url="https://evil.example/acs", outcome=OTHER_ACS))
    assert [it.url for it in sp.consumers.all()] == [ACS]


def test_a_flex_that_was_switched_off_stays_off(admin):
    a_service(connection=CONNECTION, enabled=False)
    heard = a_request_heard()
    assert "Flex is switched off here" in shown(admin.get(PAGE))
    adopt(admin, heard)
    assert not ServiceProvider.objects.get().enabled


def test_nothing_is_adopted_twice_or_by_a_link(admin):
    heard = a_request_heard()
    assert admin.get(f"{PAGE}adopt/{heard.pk}/").status_code == 405
    adopt(admin, heard)
    assert "can no longer be adopted" in shown(adopt(admin, heard))
    assert ServiceProvider.objects.count() == 1


def test_the_history_of_the_service_names_who_adopted_it(admin, operator):
    adopt(admin, a_request_heard())
    sp = ServiceProvider.objects.get()
    assert f"{operator.email} Connected as a Flex." in shown(admin.get(f"/admin/saml/serviceprovider/{sp.pk}/history/"))


def test_another_app_is_sent_to_where_it_can_be_added(admin):
    a_request_heard(issuer="https://sp.example/metadata", acs_url="https://sp.example/acs")
    page = shown(admin.get(PAGE))
    assert "This is no Flex." in page


# Step 4, and the picker


def test_the_page_leads_on_to_a_test_and_to_the_question(admin):
    a_service()
    page = shown(admin.get(f"{PAGE}flex/"))
    assert "Use a fresh private browser window: an open Flex proves nothing." in page
    assert "Twilio bills both" in page
    assert "Did Flex open?" in page


def test_yes_ends_the_listening_and_no_opens_the_picker(admin, clock):
    a_service()
    listening.begin(NOW)
    assert admin.post(f"{PAGE}flex/opened/", {"no": "1"})["Location"] == f"{PAGE}symptoms/?service=flex"
    assert listening.current(NOW + timedelta(seconds=5))
    assert admin.post(f"{PAGE}flex/opened/", {"yes": "1"})["Location"] == "/admin/"
    assert listening.current(NOW + timedelta(minutes=1)) is None


@pytest.mark.parametrize("connected", [True, False])
def test_the_picker_says_every_symptom_with_our_values(admin, connected):
    if connected:
        a_service(connection=CONNECTION)
    page = shown(admin.get(f"{PAGE}symptoms/"))
    assert all(it.seen in page for it in SYMPTOMS)
    assert f"must be exactly {published.entity_id()}." in page
    assert f"must be {published.sso_url()}, not {published.metadata_url()}" in page
    assert (ACS in page) is connected


def test_the_picker_names_the_agents_whose_record_lacks_something(admin):
    an_agent("+12015550142", "rosa@acme.example", full_name="Rosa Roleless").roles.all().delete()
    an_agent("+12015550143", "whole@acme.example", full_name="Whole")
    page = shown(admin.get(f"{PAGE}symptoms/"))
    assert "Missing now: Rosa Roleless: roles." in page


def test_the_picker_names_typed_attributes_and_what_fills_them(admin):
    sp = a_service()
    sp.released.create(name="skill.int", source="fixed", fixed="5")
    assert "Typed attributes now: skill.int from 5." in shown(admin.get(f"{PAGE}symptoms/?service=flex"))


# Who may


@pytest.mark.parametrize("address", ["", "symptoms/", "flex/", "listening/heard/"])
def test_operators_who_may_not_add_services_see_none_of_it(keys, address):
    a_service()
    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    assert inside(looker).get(f"{PAGE}{address}").status_code == 403


def test_who_may_add_but_not_change_adopts_nothing(keys):
    adder = a_superuser("adder@acme.example", is_superuser=False)
    adder.user_permissions.set(Permission.objects.filter(codename="add_serviceprovider"))
    heard = a_request_heard()
    browser = inside(adder)
    assert f"adopt/{heard.pk}/".encode() not in browser.get(PAGE).content
    assert browser.post(f"{PAGE}adopt/{heard.pk}/").status_code == 403


def test_a_service_that_is_no_flex_has_no_such_page(admin):
    a_service(slug="wiki", profile="generic")
    assert admin.get(f"{PAGE}wiki/").status_code == 404


@pytest.mark.parametrize("page", ["", "flex/", "symptoms/", f"?pasted={CONNECTION}%0A{ACCOUNT}"])
def test_every_page_has_one_heading_and_labels_for_all_that_is_filled_in(admin, page):
    a_service()
    a_request_heard()
    shown_page = html.fromstring(admin.get(f"{PAGE}{page}").content)
    assert len(shown_page.xpath("//h1")) == 1
    content = shown_page.xpath("//div[contains(@class, 'connect')]")[0]
    filled_in = content.xpath(".//input[not(@type='hidden')] | .//textarea")
    labels = {it.get("for") for it in content.xpath(".//label")}
    assert [it.get("id") for it in filled_in if it.get("id") not in labels and it.getparent().tag != "label"] == []
    assert content.xpath(".//@onclick | .//@style") == []


def test_the_pages_take_few_queries_however_many_connections_there_are(admin, django_assert_max_num_queries):
    for nth in range(30):
        a_service(slug=f"flex-{nth}", connection=f"JQ{nth:032}")
        a_request_heard(issuer=f"urn:flex:JQ{nth:032}", acs_url=f"{ACS}{nth}", outcome=OTHER_ACS)
    for page in ("", "flex-1/", "symptoms/"):
        with django_assert_max_num_queries(12):
            admin.get(f"{PAGE}{page}")


# manage.py connect_flex


def test_the_command_prints_the_consoles_fields_on_stdout_and_talks_on_stderr(db):
    out, talk = run("connect_flex", CONNECTION)
    sp = ServiceProvider.objects.get()
    assert (sp.slug, sp.name, sp.entity_id) == ("flex", "Flex", ENTITY_ID)
    assert f"Identity Provider Issuer:\n{published.entity_id()}\n" in out
    assert "-----END CERTIFICATE-----" in out
    assert "may ask for sign-ins now" in talk


def test_the_command_says_the_same_to_programs(db):
    known = told("connect_flex", ACS.replace("us1", "ie1"), "--slug", "desk", "--name", "Desk")
    assert (known["slug"], known["name"], known["profile"]) == ("desk", "Desk", "flex-enhanced")
    assert known["acs"] == [ACS.replace("us1", "ie1")]
    assert known["console"]["Single Sign-On URL"] == published.sso_url()


def test_the_command_connects_both_ways_of_an_account(db):
    run("connect_flex", CONNECTION, ACCOUNT)
    known = told("connect_flex", CONNECTION, ACCOUNT, "--legacy")
    assert (known["slug"], known["console"]["Twilio SSO URL"]) == ("flex-legacy", LEGACY_ACS)
    assert ServiceProvider.objects.count() == 2


def test_a_connection_that_is_there_is_only_said_again(db):
    first = run("connect_flex", CONNECTION)[0]
    again, talk = run("connect_flex", ACS, "--slug", "other")
    assert again == first
    assert "is connected already" in talk
    assert ServiceProvider.objects.count() == 1


def test_a_dry_run_changes_nothing_and_prints_the_certificate_that_will_count(db):
    out, talk = run("connect_flex", CONNECTION, "--dry-run", "--default-redirect-url", "https://flex.twilio.com/x")
    assert published.certificates(NOW)[0].strip() in out
    assert "would be connected; nothing was changed" in talk
    assert not ServiceProvider.objects.exists()


def test_a_default_redirect_url_lets_agents_begin_here(db):
    out, _ = run("connect_flex", CONNECTION, "--default-redirect-url", "https://flex.twilio.com/red-panda-1")
    assert "Default Redirect URL:\nhttps://flex.twilio.com/red-panda-1\n" in out
    assert ServiceProvider.objects.get().unsolicited


WRONG = {
    "an account alone": ([ACCOUNT], "Enhanced SSO needs the connection"),
    "a connection for legacy": ([CONNECTION, "--legacy"], "Legacy SSO needs the Account SID"),
    "no Flex": (["hello"], "neither an Account SID"),
    "a page's own name": ([CONNECTION, "--slug", "symptoms"], "Choose another --slug"),
    "a redirect that is none": ([CONNECTION, "--default-redirect-url", "flex.twilio.com"], "https address"),
}


@pytest.mark.parametrize(("given", "sentence"), WRONG.values(), ids=WRONG)
def test_the_command_fails_in_one_sentence_and_adds_nothing(db, given, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("connect_flex", *given)
    assert not ServiceProvider.objects.exists()
