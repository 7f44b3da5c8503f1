"""Metadata in the admin: shown before it is registered or taken, and taken as it was shown."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from idp.agents.models import Agent
from idp.saml.models import MetadataSource, ServiceProvider
from tests.saml.keys import a_pair
from tests.saml.metadata import sites
from tests.saml.metadata.documents import ACS, CBC, ENTITY, acs, an_entity, key, methods, of_product, signed
from tests.saml.metadata.sites import certificate_for, document, leads_to, serving
from tests.web.conftest import a_superuser, inside

NEW = "/admin/services/new-from-metadata/"
KNOWN = "/admin/services/app/metadata/"
RULES = {"valid_until_rule": "check", "longest_days": "30", "take_over": "ask"}


def looked(admin, **fields):
    return admin.post(NEW, {**RULES, **fields})


def sent_back(page, **changes):
    """What a browser sends when the page's own form is submitted: with the line ends of a form."""
    form = page.context["form"]
    fields = {name: form[name].value() or "" for name in form.fields if name != "file"}
    fields["pasted"] = fields["pasted"].replace("\n", "\r\n")
    return {**fields, "shown": page.context.get("shown", ""), **changes}


@pytest.fixture
def app(admin, keys):
    """A service that was registered by its metadata."""
    page = looked(admin, pasted=an_entity(acs()).decode(), slug="app", name="App")
    admin.post(NEW, sent_back(page))
    return ServiceProvider.objects.get()


def addresses():
    return [url for url, _, _ in ServiceProvider.objects.get().trust.acs]


# A new service


def test_a_preview_shows_the_service_and_registers_nothing(admin):
    page = looked(admin, pasted=of_product("mellon").decode())
    assert f"{ACS} (no. 0, default)" in page.text
    assert "must be signed" in page.text
    assert "Register this service" in page.text
    assert not ServiceProvider.objects.exists()


def test_a_service_is_registered_as_the_preview_showed_it(admin, keys):
    page = looked(admin, pasted=of_product("pysaml2").decode())
    response = admin.post(NEW, sent_back(page))
    sp = ServiceProvider.objects.get()
    assert response["Location"] == f"/admin/saml/serviceprovider/{sp.pk}/change/"
    assert (sp.slug, sp.name, sp.entity_id, sp.request_signature) == ("the-app", "The App", ENTITY, "require")
    assert sp.metadata_source.taken_at is not None


def test_metadata_can_be_a_file_and_names_can_be_chosen(admin, keys):
    page = looked(admin, file=SimpleUploadedFile("sp.xml", of_product("ADFS")), name="Wiki", slug="wiki")
    admin.post(NEW, sent_back(page))
    assert ServiceProvider.objects.values_list("slug", "name").get() == ("wiki", "Wiki")


def test_a_document_other_than_the_previewed_one_is_previewed_first(admin, keys):
    page = looked(admin, pasted=an_entity(acs()).decode())
    response = admin.post(NEW, sent_back(page, pasted=an_entity(acs("https://evil.example/")).decode()))
    assert "https://evil.example/ (no. 0, default)" in response.text
    assert not ServiceProvider.objects.exists()


def test_the_preview_names_requests_that_latchkey_does_not_meet(admin):
    page = looked(admin, pasted=an_entity(key(use="encryption", inner=methods(CBC))).decode())
    assert "Assertions for it cannot be encrypted." in page.text


def test_names_with_markup_stay_text(admin):
    xml = of_product("SimpleSAMLphp").decode().replace("The App", "&lt;script&gt;alert(1)&lt;/script&gt;")
    page = looked(admin, pasted=xml)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


REFUSED = {
    "nothing": ({}, "Paste the metadata, choose its file, or give its address."),
    "no XML": ({"pasted": "hello"}, "This metadata cannot be used"),
    "a DTD": ({"pasted": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + an_entity().decode()}, "DTD"),
    "a script as ACS": ({"pasted": an_entity(acs("javascript:alert(1)")).decode()}, "not an https URL"),
    "not in time": ({"pasted": an_entity().decode(), "valid_until_rule": "require"}, "does not say until when"),
    "not signed": (
        {"pasted": an_entity().decode(), "signing_certificate": a_pair("publisher").certificate},
        "This metadata is not signed, and it must be.",
    ),
    "by another key": (
        {"pasted": signed(an_entity()).decode(), "signing_certificate": a_pair("sp").certificate},
        "does not hold with the certificate registered",
    ),
    "two certificates": (
        {"pasted": an_entity().decode(), "signing_certificate": a_pair("sp").certificate + a_pair("next").certificate},
        "Paste one certificate",
    ),
    "unseen without a key": ({"pasted": an_entity().decode(), "take_over": "signed"}, "Paste the certificate"),
    "an address of another kind": ({"url": "file:///etc/passwd"}, "This cannot be used"),
    "an address inside": ({"url": "https://10.0.0.1/metadata"}, "not public"),
    "a bad short name": ({"pasted": an_entity().decode(), "slug": "a b"}, "Enter a valid"),
}


@pytest.mark.parametrize(("fields", "words"), REFUSED.values(), ids=REFUSED)
def test_metadata_that_cannot_be_registered_gets_a_sentence_above_the_form(admin, fields, words):
    page = looked(admin, **fields)
    assert words in page.text
    assert "Register this service" not in page.text
    assert "root:" not in page.text


def test_a_registered_service_is_not_registered_twice(admin, app):
    page = looked(admin, pasted=an_entity(acs()).decode(), slug="again")
    assert f'is registered already, as {app.name}. <a href="/admin/services/{app.slug}/metadata/">' in page.text
    assert "Register this service" not in page.text
    assert ServiceProvider.objects.count() == 1


# Fetched


@pytest.fixture
def pem(tmp_path, monkeypatch):
    (tmp_path / "authority.pem").write_bytes(sites.authority())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return certificate_for(tmp_path, "localhost", "127.0.0.1")


def test_a_service_registered_from_an_address_keeps_the_address(admin, keys, pem):
    with serving({"/metadata": document(an_entity(acs()))}, pem) as site:
        url = f"https://127.0.0.1:{site.port}/metadata"
        page = looked(admin, url=url, slug="app")
        admin.post(NEW, sent_back(page))
        assert len(site.seen) == 1  # what was shown is what was taken
    assert MetadataSource.objects.get().url == url


def test_a_fetch_shows_the_changes_and_a_button_accepts_them(admin, app, pem):
    with serving({"/metadata": document(an_entity(acs(f"{ACS}/new")))}, pem) as site:
        admin.post(KNOWN, {**RULES, "step": "save", "url": f"https://127.0.0.1:{site.port}/metadata"})
        page = admin.post(KNOWN, {"step": "fetch"}, follow=True)
    assert "The document makes the changes below." in page.text
    assert f"new:</span> {ACS}/new" in page.text
    assert addresses() == [ACS]
    admin.post(KNOWN, {"step": "accept", "shown": page.context["shown"]})
    assert addresses() == [f"{ACS}/new"]


def test_a_failed_fetch_is_shown_and_raises_an_alarm(admin, app, pem):
    with serving({"/metadata": leads_to("http://127.0.0.1/")}, pem) as site:
        admin.post(KNOWN, {**RULES, "step": "save", "url": f"https://127.0.0.1:{site.port}/metadata"})
        page = admin.post(KNOWN, {"step": "fetch"}, follow=True)
    assert "The server redirects from https to an address that is not https." in page.text
    assert "The metadata of App could not be updated" in admin.get("/admin/").text


# A service that is there


def offered(admin, xml):
    return admin.post(KNOWN, {"step": "upload", "pasted": xml.decode()}, follow=True)


def test_a_newer_document_waits_for_review_and_the_home_page_says_so(admin, app):
    page = offered(admin, an_entity(acs() + acs(f"{ACS}/two", 1)))
    assert "Accept these changes" in page.text
    assert "App has published new metadata." in admin.get("/admin/").text
    assert addresses() == [ACS]


def test_rejected_changes_no_longer_wait(admin, app):
    offered(admin, an_entity(acs(f"{ACS}/new")))
    page = admin.post(KNOWN, {"step": "reject"}, follow=True)
    assert "Accept these changes" not in page.text
    assert (addresses(), MetadataSource.objects.get().pending) == ([ACS], "")


def test_changes_are_accepted_as_shown_or_not_at_all(admin, app):
    page = offered(admin, an_entity(acs(f"{ACS}/new")))
    offered(admin, an_entity(acs("https://evil.example/acs")))
    again = admin.post(KNOWN, {"step": "accept", "shown": page.context["shown"]}, follow=True)
    assert "The changes are others by now." in again.text
    assert addresses() == [ACS]


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"hello", "cannot be used"),
        (an_entity(entity_id="urn:x"), "This metadata is of urn:x, not of"),
        (b" ", "Paste"),
    ],
)
def test_an_unsuitable_document_is_rejected_with_a_sentence(admin, app, xml, words):
    assert words in offered(admin, xml).text
    assert MetadataSource.objects.get().pending == ""


def test_a_service_added_by_hand_can_get_metadata_later(admin, app):
    MetadataSource.objects.all().delete()
    assert "Last read" in admin.get(KNOWN).text
    assert "Accept these changes" in offered(admin, an_entity(acs(f"{ACS}/new"))).text


def test_saving_the_source_clears_a_fault_and_keeps_waiting_changes(admin, app):
    offered(admin, an_entity(acs(f"{ACS}/new")))
    MetadataSource.objects.update(fault="x")
    admin.post(KNOWN, {**RULES, "step": "save", "url": "https://app.example.org/m", "longest_days": "7"})
    source = MetadataSource.objects.get()
    assert (source.url, source.longest_days, source.fault, bool(source.pending)) == (
        *("https://app.example.org/m", 7, ""),
        True,
    )


def test_a_wrong_setting_gets_a_sentence_at_its_field(admin, app):
    page = admin.post(KNOWN, {**RULES, "step": "save", "url": "http://app.example.org/m"})
    assert "http is allowed only to this computer" in page.text
    assert MetadataSource.objects.get().url == ""


def test_the_history_of_the_service_has_the_accepted_changes(admin, app):
    page = offered(admin, an_entity(acs(f"{ACS}/new")))
    admin.post(KNOWN, {"step": "accept", "shown": page.context["shown"]})
    history = admin.get(f"/admin/saml/serviceprovider/{app.pk}/history/").text
    assert "Taken from metadata: Addresses that take Responses." in history


# Who may


def test_operators_without_the_right_change_nothing(app, db):
    operator = a_superuser("reader@acme.example", is_superuser=False)
    reader = inside(operator)
    assert Agent.objects.get(pk=operator.pk).is_staff
    for address in (NEW, KNOWN):
        assert {reader.get(address).status_code, reader.post(address, {"step": "fetch"}).status_code} == {403}


@pytest.mark.parametrize("step", ["", "drop", "save "])
def test_a_step_that_does_not_exist_is_refused(admin, app, step):
    assert admin.post(KNOWN, {"step": step}).status_code == 400


def test_an_unknown_service_has_no_page(admin):
    assert admin.get("/admin/services/nobody/metadata/").status_code == 404


@pytest.mark.parametrize("step", ["save", "fetch", "upload", "accept", "reject"])
def test_each_form_needs_its_csrf_token(admin, app, step):
    admin.handler.enforce_csrf_checks = True
    assert admin.post(KNOWN, {"step": step}).status_code == 403
    assert admin.post(NEW, {}).status_code == 403
