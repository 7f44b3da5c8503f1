"""The commands: results on stdout, talk on stderr, and errors in one sentence."""

import pytest
from django.core.management import CommandError
from django.test import Client

from idp.agents.models import Agent, Department, Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.otp.models import PhoneAuthenticator
from idp.policies.access.conditions import PlatformIs, RoleIs, TextContains
from idp.policies.user_agents import Platform
from idp.saml.models import AssertionConsumer, ServiceProvider
from tests.conftest import NOW, an_agent
from tests.policies import publishing
from tests.user_agents import ANDROID, DESKTOP, FLEX_MOBILE_IOS, IPHONE
from tests.web.commands import run, told
from tests.web.conftest import a_superuser
from tests.web.seeded import REFERENCE, a_rule, a_service, a_signed_in_agent

CONNECTION = "JQ" + "2" * 32
ACCOUNT = "AC" + "3" * 32
MAC_OR_IPAD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Safari/605.1.15"
)
METADATA = """<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example/metadata">
  <md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="https://sp.example/acs" index="4"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="https://sp.example/other" index="7" isDefault="true"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>"""


# add_operator


def test_add_operator_prints_a_link_that_opens_the_admin_once(db):
    link, talk = run("add_operator", "nora@acme.example", "--name", "Nora New")
    assert "Nora New (nora@acme.example) is an operator now." in talk
    path = link.strip().removeprefix("http://").partition("/")[2]
    assert [Client().post(f"/{path}").status_code for _ in range(2)] == [302, 410]


def test_add_operator_takes_the_operator_there_is_and_changes_no_rights(db):
    known = a_superuser("nora@acme.example", is_superuser=False)
    _, talk = run("add_operator", "NORA@acme.example")
    known.refresh_from_db()
    assert (known.full_name, known.is_superuser) == ("Olivia Operator", False)
    assert "is one already" in talk


def test_add_operator_makes_an_agent_one_without_taking_away_the_roles(agent):
    _, talk = run("add_operator", agent.email)
    assert "is an operator now" in talk
    person = Agent.objects.get()
    assert (person.is_staff, person.is_superuser, person.role_names) == (True, True, ("agent",))


def test_add_operator_says_whom_it_switches_on_again_and_so_does_the_trail(db):
    nora = a_superuser("nora@acme.example", is_active=False)
    assert "is one already. They were switched off, and are switched on again." in run("add_operator", nora.email)[1]
    assert any("is_active" in it.changes for it in LoginEvent.objects.all())
    assert "switched" not in run("add_operator", nora.email)[1]


def test_add_operator_refuses_what_is_no_e_mail(db):
    with pytest.raises(CommandError, match="email: Enter a valid email address"):
        run("add_operator", "nora")


# add_agent


def test_add_agent_adds_number_roles_and_department(db):
    out, _ = run(
        *("add_agent", "ana@acme.example", "--name", "Ana García", "--number", "+1 (201) 555-0142"),
        *("--role", "supervisor", "--role", "wfo.team_leader", "--department", "Sales"),
    )
    agent = Agent.objects.get()
    assert (agent.full_name, agent.role_names, agent.department.name) == (
        "Ana García",
        ("supervisor", "wfo.team_leader"),
        "Sales",
    )
    assert out == "Ana García can sign in with +12015550142 as supervisor, wfo.team_leader.\n"


def test_add_agent_takes_the_department_there_is(db):
    sales = Department.objects.create(name="Sales")
    run("add_agent", "a@b.example", "--name", "A", "--number", "+12015550142", "--role", "agent", department="SALES")
    assert Agent.objects.get().department == sales


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "ANA@acme.example"}, "Somebody already has this e-mail."),
        ({"email": "nobody"}, "email: Enter a valid email address."),
        ({"number": "+12015550101"}, "number: Somebody else has this number."),
        ({"number": "12"}, "Start with \\+ and your country code"),
        ({"role": "supervisor"}, "A supervisor or admin needs an Insights role"),
        ({"role": "emperor"}, "emperor: not a role that Flex knows."),
        ({"name": " "}, "full name: This field cannot be blank."),
    ],
    ids=str,
)
def test_add_agent_says_what_is_wrong_and_adds_nothing(agent, change, sentence):
    given = {"email": "new@acme.example", "name": "New", "number": "+12015550142", "role": "agent", **change}
    with pytest.raises(CommandError, match=sentence):
        run("add_agent", given["email"], *(f"--{it}={given[it]}" for it in ("name", "number", "role")))
    assert (Agent.objects.count(), PhoneAuthenticator.objects.count()) == (1, 1)


# add_sp


def test_add_sp_takes_any_one_value_of_flex(db, keys):
    known = told("add_sp", "--flex", CONNECTION, "--slug", "flex", "--name", "Flex")
    assert known["profile"] == "flex-enhanced"
    assert known["entity_id"] == f"urn:flex:{CONNECTION}"
    assert known["acs"] == [f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"]
    assert known["timeout_policy"] == "enhanced"


def test_add_sp_tells_what_to_type_into_the_console(db, keys):
    out, talk = run("add_sp", "--flex", ACCOUNT, "--slug", "flex", "--name", "Flex")
    assert "Twilio Flex, legacy SSO, timeouts: legacy" in talk
    assert "-----BEGIN CERTIFICATE-----" in out
    assert "/saml/sso\n" in out
    assert f"Twilio SSO URL:\nhttps://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2\n" in out


def test_add_sp_reads_metadata(db, keys, tmp_path):
    (tmp_path / "sp.xml").write_text(METADATA)
    known = told("add_sp", "--metadata", str(tmp_path / "sp.xml"), "--slug", "wiki", "--name", "Wiki")
    assert (known["entity_id"], known["profile"]) == ("https://sp.example/metadata", "generic")
    rows = AssertionConsumer.objects.values_list("url", "index", "is_default")
    assert set(rows) == {("https://sp.example/acs", 4, False), ("https://sp.example/other", 7, True)}


def test_add_sp_by_hand_takes_the_first_address_as_default(db, keys):
    acs = ("--acs", "https://sp.example/1", "--acs", "https://sp.example/2")
    known = told("add_sp", "--entity-id", "urn:sp", *acs, "--slug", "sp", "--name", "SP", "--timeout-policy", "legacy")
    assert known["acs"] == ["https://sp.example/1", "https://sp.example/2"]
    assert ServiceProvider.objects.get().trust.acs[0] == ("https://sp.example/1", 0, True)


def test_add_sp_warns_of_what_flex_will_not_take(db, keys):
    acs = ("--acs", "https://sp.example/1")
    _, talk = run("add_sp", "--entity-id", f"urn:flex:{CONNECTION}", *acs, "--slug", "sp", "--name", "SP")
    assert "Twilio Flex will not work so" in talk


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--flex", "Flex"], "That is neither an Account SID"),
        (["--entity-id", "urn:sp"], "--entity-id needs at least one --acs URL"),
        (["--flex", CONNECTION, "--acs", "https://sp.example"], "--acs belongs to --entity-id"),
        (["--entity-id", "urn:sp", "--acs", "http://sp.example"], "http is taken only to this very machine"),
        (["--entity-id", "urn sp", "--acs", "https://sp.example"], "An entity ID holds no white space."),
        (["--flex", CONNECTION, "--timeout-policy", "eternal"], "There is no timeout policy called eternal"),
        (["--metadata", "/nowhere/sp.xml"], "cannot be read: No such file or directory"),
        (["--flex", CONNECTION, "--slug", "taken"], "slug: Service provider with this Slug already exists."),
        (["--flex", CONNECTION, "--slug", "no slug"], "slug: Enter a valid"),
    ],
    ids=lambda it: " ".join(it)[:40],
)
def test_add_sp_says_what_is_wrong_and_adds_nothing(db, keys, given, sentence):
    a_service("taken", CONNECTION.replace("2", "9"))
    with pytest.raises(CommandError, match=sentence):
        run("add_sp", "--slug", "sp", "--name", "SP", *given)
    assert (ServiceProvider.objects.count(), AssertionConsumer.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "xml",
    [
        "<not xml",
        METADATA.replace("https://sp.example/acs", "javascript:alert(1)"),
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + METADATA.partition("?>")[2],
        METADATA.replace("</md:SPSSODescriptor>", " " * 300_000 + "</md:SPSSODescriptor>"),
        METADATA.replace("urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:1.1:protocol"),
    ],
    ids=["no XML", "script", "entity", "huge", "SAML 1.1"],
)
def test_add_sp_refuses_hostile_metadata_in_a_sentence(db, tmp_path, xml):
    (tmp_path / "sp.xml").write_text(xml)
    with pytest.raises(CommandError, match="cannot be used"):
        run("add_sp", "--metadata", str(tmp_path / "sp.xml"), "--slug", "sp", "--name", "SP")
    assert not ServiceProvider.objects.exists()


def test_show_metadata_prints_what_is_published(client, db, keys):
    out, talk = run("show_metadata")
    assert out.strip() == client.get("/saml/metadata").text.strip()
    assert "/saml/metadata" in talk


# revoke_device


@pytest.fixture
def signed_in(db, keys):
    return a_signed_in_agent(NOW).agent


def test_revoke_device_signs_out_all_of_an_agents_devices(signed_in):
    ended = told("revoke_device", "AGENT-1@acme.example")
    assert {it["label"] for it in ended} == {"iPhone, Safari", "Windows computer, Chrome"}
    assert set(Device.objects.values_list("reason", flat=True)) == {Reason.OPERATOR}
    lines = LoginEvent.objects.filter(kind="device ended", detail="signed out by an operator (command line)")
    assert lines.count() == 2


def test_revoke_device_signs_out_one_device_by_its_id(signed_in):
    phone = Device.objects.phones().get()
    out, talk = run("revoke_device", str(phone.pk))
    assert out == "Signed out Agent 1 (agent-1@acme.example): iPhone, Safari\n"
    assert "1 signed out here." in talk
    assert Device.objects.active().get().kind == "desktop"


@pytest.mark.parametrize(
    ("whose", "sentence"),
    [
        ("nobody@acme.example", "Nobody has the e-mail nobody@acme.example."),
        ("iPhone", "iPhone is neither an e-mail nor the id of a device."),
        ("00000000-0000-0000-0000-000000000000", "There is no device 0"),
    ],
)
def test_revoke_device_says_whom_it_does_not_know(signed_in, whose, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("revoke_device", whose)
    assert Device.objects.active().count() == 2


# why


def test_why_tells_what_happened_behind_a_reference(db):
    rule = a_rule("No Androids at work")
    origin = Origin("192.0.2.7", ANDROID, REFERENCE)
    judged = {"platform": ["android"], "form": ["phone"], "client": []}
    events.record(Kind.REFUSED, origin, NOW, service="flex", decided_by=str(rule.key), judged=judged)
    out, _ = run("why", "7kq2m 9tx4d")
    assert out == (
        "2026-11-21 09:00:00 UTC: refused by the access policy, somebody not yet proved at flex. "
        "Decided by: No Androids at work. Understood as platform: android; form: phone; client: unknown. "
        "From 192.0.2.7\n"
    )


def test_why_tells_the_events_in_order_and_for_programs(signed_in):
    answer = told("why", REFERENCE)
    assert [it["kind"] for it in answer] == ["signed in", "signed in"]
    assert answer[0]["agent"] == "agent-1@acme.example"
    assert answer[0]["judged"] == {"platform": ["android"]}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("hello", "hello is not a reference"), ("AAAAA-BBBBB", "Nothing was recorded for AAAAA-BBBBB.")],
)
def test_why_says_when_there_is_nothing(db, typed, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("why", typed)


# try_policy


def trial(user_agent, *more):
    return told("try_policy", "--user-agent", user_agent, *more)


@pytest.mark.parametrize(
    ("user_agent", "understood"),
    [
        (IPHONE, {"platform": "ios", "form": "phone", "web_view": "no"}),
        (FLEX_MOBILE_IOS, {"platform": "ios", "form": "phone", "web_view": "yes"}),
        (DESKTOP, {"platform": "windows", "form": "desktop", "web_view": "no"}),
        (MAC_OR_IPAD, {"platform": "ipados|macos", "form": "desktop|tablet", "web_view": "no"}),
        ("", {"platform": "unknown", "form": "unknown", "web_view": "unknown"}),
    ],
)
def test_try_policy_says_what_was_understood(db, user_agent, understood):
    answer = trial(user_agent)
    assert {name: answer["user_agent"][name] for name in understood} == understood
    assert answer["decision"] == "allow"


@pytest.mark.parametrize(
    ("asked", "user_agent", "decision"),
    [
        (PlatformIs(frozenset({Platform.ANDROID})), ANDROID, "deny"),
        (PlatformIs(frozenset({Platform.ANDROID})), IPHONE, "allow"),
        (PlatformIs(frozenset({Platform.ANDROID})), "", "deny"),
        (TextContains("Mobile"), IPHONE, "deny"),
        (TextContains("Mobile"), DESKTOP, "allow"),
        (PlatformIs(frozenset({Platform.IPADOS})), MAC_OR_IPAD, "undecided"),
        (RoleIs(frozenset({"supervisor"})), DESKTOP, "undecided"),
    ],
)
def test_try_policy_decides_as_a_sign_in_would(db, asked, user_agent, decision):
    a_rule("The rule", asked)
    answer = trial(user_agent)
    assert answer["decision"] == decision
    assert [it["rule"] for it in answer["trace"]] == ["No in-app browsers", "The rule"]


def test_try_policy_knows_an_agents_roles_and_touch_points(db):
    a_rule("No supervisors on iPads", RoleIs(frozenset({"supervisor"})), PlatformIs(frozenset({Platform.IPADOS})))
    an_agent(roles=("supervisor", "wfo.team_leader"))
    as_ana = ("--agent", "ana@acme.example")
    assert trial(MAC_OR_IPAD, *as_ana, "--touch-points", "5")["decision"] == "deny"
    assert trial(MAC_OR_IPAD, *as_ana, "--touch-points", "0")["decision"] == "allow"
    assert trial(MAC_OR_IPAD, *as_ana)["decision"] == "undecided"


def test_try_policy_refuses_for_a_service_or_an_agent_that_is_switched_off(agent):
    a_service(enabled=False)
    assert trial(IPHONE, "--sp", "flex")["decided_by"] == "guardrail:service"
    Agent.objects.update(is_active=False)
    assert trial(IPHONE, "--agent", agent.email)["decided_by"] == "guardrail:agent"


def test_try_policy_names_the_rule_its_message_and_what_watching_would_do(db):
    a_rule("Watching", mode="watch")
    a_rule("Refusing", message="Not on Android.")
    answer = trial(ANDROID)
    assert (answer["decided_by"], answer["message"]) == ("Refusing", "Not on Android.")
    assert answer["would_have"] == [{"rule": "Watching", "effect": "deny"}]


def test_try_policy_denies_while_a_rule_is_broken(db):
    publishing.broken([{"kind": "moon phase"}])
    assert trial(DESKTOP)["decision"] == "deny"


def test_try_policy_speaks_to_people_too(db):
    a_rule("No Android")
    out, _ = run("try_policy", "--user-agent", IPHONE)
    assert out.splitlines() == [
        "allow by default",
        "understood as: iPhone, Safari; platform ios, form phone, web_view no",
        "  No in-app browsers: no (the client is a web view)",
        "  No Android: no (the platform is Android)",
    ]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--sp", "nowhere"], "There is no service called nowhere."),
        (["--agent", "a@b.example"], "Nobody has the e-mail"),
    ],
)
def test_try_policy_says_what_it_does_not_know(db, more, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("try_policy", "--user-agent", IPHONE, *more)
