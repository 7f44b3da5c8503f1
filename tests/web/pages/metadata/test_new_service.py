"""A service is registered by its metadata, as its preview showed it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from idp.saml.models import MetadataSource, ServiceProvider
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import ACS, CBC, ENTITY, acs, an_entity, key, methods, of_product, signed
from tests.saml.metadata.sites import document, serving
from tests.web.pages.metadata.metadata_forms import NEW, preview, sent_back


def test_a_preview_shows_the_service_and_registers_nothing(admin):
    page = preview(admin, pasted=of_product("mellon").decode())
    assert f"{ACS} (no. 0, default)" in page.text
    assert "must be signed" in page.text
    assert "Register this service" in page.text
    assert not ServiceProvider.objects.exists()


def test_a_service_is_registered_as_the_preview_showed_it(admin, keys):
    page = preview(admin, pasted=of_product("pysaml2").decode())
    response = admin.post(NEW, sent_back(page))
    sp = ServiceProvider.objects.get()
    assert response["Location"] == f"/admin/saml/serviceprovider/{sp.pk}/change/"
    assert (sp.slug, sp.name, sp.entity_id, sp.request_signature) == ("the-app", "The App", ENTITY, "require")
    assert sp.metadata_source.taken_at is not None


def test_metadata_can_be_a_file_and_names_can_be_chosen(admin, keys):
    page = preview(admin, file=SimpleUploadedFile("sp.xml", of_product("ADFS")), name="Wiki", slug="wiki")
    admin.post(NEW, sent_back(page))
    assert ServiceProvider.objects.values_list("slug", "name").get() == ("wiki", "Wiki")


def test_a_document_other_than_the_previewed_one_is_previewed_first(admin, keys):
    page = preview(admin, pasted=an_entity(acs()).decode())
    response = admin.post(NEW, sent_back(page, pasted=an_entity(acs("https://evil.example/")).decode()))
    assert "https://evil.example/ (no. 0, default)" in response.text
    assert not ServiceProvider.objects.exists()


def test_the_preview_names_requests_that_latchkey_does_not_meet(admin):
    page = preview(admin, pasted=an_entity(key(use="encryption", inner=methods(CBC))).decode())
    assert "Assertions for it cannot be encrypted." in page.text


def test_names_with_markup_stay_text(admin):
    xml = of_product("SimpleSAMLphp").decode().replace("The App", "&lt;script&gt;alert(1)&lt;/script&gt;")
    page = preview(admin, pasted=xml)
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
    page = preview(admin, **fields)
    assert words in page.text
    assert "Register this service" not in page.text
    assert "root:" not in page.text


def test_a_registered_service_is_not_registered_twice(admin, app):
    page = preview(admin, pasted=an_entity(acs()).decode(), slug="again")
    assert f'is registered already, as {app.name}. <a href="/admin/services/{app.slug}/metadata/">' in page.text
    assert "Register this service" not in page.text
    assert ServiceProvider.objects.count() == 1


def test_a_service_registered_from_an_address_keeps_the_address(admin, keys, pem):
    with serving({"/metadata": document(an_entity(acs()))}, pem) as site:
        url = f"https://127.0.0.1:{site.port}/metadata"
        page = preview(admin, url=url, slug="app")
        admin.post(NEW, sent_back(page))
        assert len(site.seen) == 1  # what was shown is what was taken
    assert MetadataSource.objects.get().url == url
