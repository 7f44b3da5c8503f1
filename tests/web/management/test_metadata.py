"""The commands for metadata: a timer's, and our own document."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from lxml import etree
from signxml import XMLVerifier

from idp.keys import keyring
from idp.saml import names
from idp.saml.documents.schemas import Schema, validate
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.models import MetadataSource, ServiceProvider
from tests.conftest import NOW
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import ACS, CBC, acs, an_entity, key, methods, signed
from tests.saml.metadata.sites import document, serving
from tests.web.commands import run, run_json

pytestmark = pytest.mark.each_database

MD = f"{{{names.METADATA}}}"


@pytest.fixture
def site(db, keys):
    """A server of metadata on this computer, by plain http as the demo allows."""
    with serving({"/a": document(an_entity(acs())), "/b": document(an_entity(acs(), entity_id="urn:b"))}) as served:
        served.url = f"http://127.0.0.1:{served.port}"
        yield served


def add(*more):
    return run_json("add_sp", "--slug", "app", "--name", "App", *more)


# add_sp


def test_add_sp_fetches_metadata_and_keeps_the_address(site):
    add("--metadata", f"{site.url}/a")
    source = MetadataSource.objects.get()
    assert (source.url, source.service_provider.slug) == (f"{site.url}/a", "app")


def test_add_sp_believes_only_the_key_it_was_given(db, keys, tmp_path):
    (tmp_path / "sp.xml").write_bytes(signed(an_entity()))
    for name in ("publisher", "sp"):
        (tmp_path / f"{name}.pem").write_text(a_pair(name).certificate)
    with pytest.raises(CommandError, match="does not hold with the certificate"):
        add("--metadata", str(tmp_path / "sp.xml"), "--metadata-certificate", str(tmp_path / "sp.pem"))
    assert not ServiceProvider.objects.exists()
    add("--metadata", str(tmp_path / "sp.xml"), "--metadata-certificate", str(tmp_path / "publisher.pem"))
    assert MetadataSource.objects.get().signing_certificate == a_pair("publisher").certificate


@pytest.mark.parametrize(("rule", "words"), [("check", "was valid until"), ("require", "was valid until")])
def test_add_sp_checks_the_validity_of_metadata_as_the_option_says(db, keys, tmp_path, rule, words):
    (tmp_path / "sp.xml").write_bytes(an_entity(root='validUntil="2020-01-01T00:00:00Z"'))
    with pytest.raises(CommandError, match=words):
        add("--metadata", str(tmp_path / "sp.xml"), "--valid-until", rule)
    add("--metadata", str(tmp_path / "sp.xml"), "--valid-until", "ignore")


def test_add_sp_says_what_the_service_will_not_get(db, keys, tmp_path):
    (tmp_path / "sp.xml").write_bytes(an_entity(key(use="encryption", inner=methods(CBC))))
    _, talk = run("add_sp", "--metadata", str(tmp_path / "sp.xml"), "--slug", "app", "--name", "App")
    assert "Assertions for it cannot be encrypted." in talk


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--metadata", "https://10.0.0.1/m"], "not public"),
        (["--metadata", "http://sp.example/m"], "http is allowed only to this computer"),
        (["--metadata", "sp.xml", "--metadata-certificate", "/nowhere.pem"], "nowhere.pem cannot be read"),
        (["--metadata", "sp.xml", "--metadata-certificate", __file__], "not an X.509 certificate"),
    ],
)
def test_add_sp_says_why_it_fetches_or_reads_nothing(db, given, words):
    with pytest.raises(CommandError, match=words):
        add(*given)
    assert not ServiceProvider.objects.exists()


# refresh_metadata


def refresh(*more):
    """Run it, and return its status and what it told."""
    try:
        return 0, run_json("refresh_metadata", *more)
    except SystemExit as ended:
        return ended.code, None


@pytest.fixture
def two(site):
    """Two services that keep the addresses of their metadata."""
    for slug in ("a", "b"):
        run("add_sp", "--slug", slug, "--name", slug.upper(), "--metadata", f"{site.url}/{slug}")
    return site


def outcomes():
    return dict(MetadataSource.objects.values_list("service_provider__slug", "fault"))


def test_refresh_metadata_keeps_changes_for_an_operator(two):
    two.answers["/a"] = document(an_entity(acs(f"{ACS}/new")))
    status, lines = refresh()
    assert status == 0
    assert [(it["sp"], it["outcome"]) for it in lines] == [("a", "waits"), ("b", "same")]
    assert lines[0]["changes"][0]["new"] == [f"{ACS}/new (no. 0, default)"]
    assert MetadataSource.objects.get(service_provider__slug="a").pending


def test_one_bad_source_stops_none_of_the_others_and_ends_with_one(two):
    two.answers["/a"] = document(b"gone", 404)
    two.answers["/b"] = document(an_entity(acs(f"{ACS}/new"), entity_id="urn:b"))
    assert refresh() == (1, None)
    assert outcomes() == {"a": "The server answered with status 404 instead of a document.", "b": ""}
    assert MetadataSource.objects.get(service_provider__slug="b").pending


def test_a_fault_that_nobody_thought_of_stops_none_of_the_others(two, monkeypatch):
    honest = metadata_sources.refresh

    def confused(source, now, **options):
        if source.service_provider.slug == "a":
            raise KeyError("a")
        return honest(source, now, **options)

    monkeypatch.setattr(metadata_sources, "refresh", confused)
    two.answers["/b"] = document(an_entity(acs(f"{ACS}/new"), entity_id="urn:b"))
    assert refresh()[0] == 1
    assert MetadataSource.objects.get(service_provider__slug="b").pending


def test_refresh_metadata_takes_one_service_alone(two):
    two.seen.clear()
    assert [it["sp"] for it in refresh("--sp", "b")[1]] == ["b"]
    assert [path for path, _ in two.seen] == ["/b"]


def test_a_dry_run_says_what_would_be_and_keeps_nothing(two):
    two.answers["/a"] = document(an_entity(acs(f"{ACS}/new")))
    out, talk = run("refresh_metadata", "--dry-run")
    assert f"a: changes wait for an operator.\n  Addresses that take Responses\n    - {ACS} (no. 0, default)\n" in out
    assert "nothing was changed" in talk
    assert not MetadataSource.objects.exclude(pending="").exists()


def test_refresh_metadata_without_addresses_says_so(db):
    assert "No service has an address" in run("refresh_metadata")[1]
    with pytest.raises(CommandError, match="There is no service called x"):
        run("refresh_metadata", "--sp", "x")


# show_metadata


def test_signed_metadata_is_valid_and_verified_by_another_library(db, keys, clock):
    out, talk = run("show_metadata", "--sign", "--valid-days", "3")
    root = etree.fromstring(out.encode())
    validate(root, Schema.METADATA)
    key = keyring.active("saml", NOW)
    verified = XMLVerifier().verify(root, x509_cert=key.certificate, id_attribute="ID").signed_xml
    assert (verified.tag, root[0].tag) == (f"{MD}EntityDescriptor", f"{{{names.SIGNATURE}}}Signature")
    assert root.get("validUntil").startswith(f"{NOW + timedelta(days=3):%Y-%m-%dT%H:%M}")
    assert talk.strip().endswith("/saml/metadata?signed")


@pytest.mark.parametrize("days", ["0", "-1", "4000"])
def test_days_beyond_reason_are_refused(db, days):
    with pytest.raises(CommandError, match="--valid-days must be from 1 to 3650"):
        run("show_metadata", "--sign", "--valid-days", days)


def test_the_check_names_what_the_demo_lacks(db, keys):
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("show_metadata", "--check", stdout=out)
    assert "yes Valid by the standard's schema\n" in out.getvalue()
    assert "NO  Sign-in is at an https address (LATCHKEY_BASE_URL begins with http://" in out.getvalue()
    assert "no  There is a technical contact (Set LATCHKEY_CONTACT.)" in out.getvalue()


def test_programs_can_read_what_a_refresh_came_to(two):
    assert json.loads(run("refresh_metadata", "--json")[0])[0]["fault"] == ""
