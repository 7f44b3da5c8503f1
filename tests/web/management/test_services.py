"""Commands that add service providers and show our metadata."""

import pytest
from django.core.management import CommandError

from idp.saml.models import AssertionConsumer, ServiceProvider
from tests.web.commands import run, run_json
from tests.web.seeded import a_service

CONNECTION = "JQ" + "2" * 32


ACCOUNT = "AC" + "3" * 32


METADATA = """<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://sp.example/metadata">
  <md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="https://sp.example/acs" index="4"/>
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="https://sp.example/other" index="7" isDefault="true"/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>"""


def test_add_sp_takes_any_one_value_of_flex(db, keys):
    known = run_json("add_sp", "--flex", CONNECTION, "--slug", "flex", "--name", "Flex")
    assert known["profile"] == "flex-enhanced"
    assert known["entity_id"] == f"urn:flex:{CONNECTION}"
    assert known["acs"] == [f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"]
    assert known["timeout_policy"] == "enhanced"


def test_add_sp_prints_the_values_for_the_console(db, keys):
    out, talk = run("add_sp", "--flex", ACCOUNT, "--slug", "flex", "--name", "Flex")
    assert "Twilio Flex, legacy SSO, timeouts: legacy" in talk
    assert "-----BEGIN CERTIFICATE-----" in out
    assert "/saml/sso\n" in out
    assert f"Twilio SSO URL:\nhttps://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2\n" in out


def test_add_sp_reads_metadata(db, keys, tmp_path):
    (tmp_path / "sp.xml").write_text(METADATA)
    known = run_json("add_sp", "--metadata", str(tmp_path / "sp.xml"), "--slug", "wiki", "--name", "Wiki")
    assert (known["entity_id"], known["profile"]) == ("https://sp.example/metadata", "generic")
    rows = AssertionConsumer.objects.values_list("url", "index", "is_default")
    assert set(rows) == {("https://sp.example/acs", 4, False), ("https://sp.example/other", 7, True)}


def test_add_sp_by_hand_takes_the_first_address_as_default(db, keys):
    acs = ("--acs", "https://sp.example/1", "--acs", "https://sp.example/2")
    known = run_json(
        "add_sp", "--entity-id", "urn:sp", *acs, "--slug", "sp", "--name", "SP", "--timeout-policy", "legacy"
    )
    assert known["acs"] == ["https://sp.example/1", "https://sp.example/2"]
    assert ServiceProvider.objects.get().trust.acs[0] == ("https://sp.example/1", 0, True)


def test_add_sp_warns_of_what_flex_will_not_take(db, keys):
    acs = ("--acs", "https://sp.example/1")
    _, talk = run("add_sp", "--entity-id", f"urn:flex:{CONNECTION}", *acs, "--slug", "sp", "--name", "SP")
    assert "Twilio Flex will not work with this" in talk


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--flex", "Flex"], "That is neither an Account SID"),
        (["--entity-id", "urn:sp"], "--entity-id needs at least one --acs URL"),
        (["--flex", CONNECTION, "--acs", "https://sp.example"], "--acs is only for --entity-id"),
        (["--entity-id", "urn:sp", "--acs", "http://sp.example"], "http is allowed only to this computer"),
        (["--entity-id", "urn sp", "--acs", "https://sp.example"], "An entity ID holds no white space."),
        (["--flex", CONNECTION, "--timeout-policy", "eternal"], "There is no timeout policy called eternal"),
        (["--metadata", "/nowhere/sp.xml"], "cannot be read: No such file or directory"),
        (["--flex", CONNECTION, "--slug", "taken"], "slug: Service with this Slug already exists."),
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
