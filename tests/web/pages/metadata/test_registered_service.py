"""Newer metadata of a service is shown before an operator accepts it, and accepted as it was shown."""

import pytest

from idp.agents.models import Agent
from idp.saml.models import MetadataSource, ServiceProvider
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import ACS, acs, an_entity, signed
from tests.saml.metadata.sites import document, leads_to, serving
from tests.web.conftest import a_superuser, inside
from tests.web.pages.metadata.metadata_forms import KNOWN, NEW, RULES


def addresses():
    return [url for url, _, _ in ServiceProvider.objects.get().trust.acs]


def history(admin, app):
    return admin.get(f"/admin/saml/serviceprovider/{app.pk}/history/").text


def test_a_fetch_shows_the_changes_and_a_button_accepts_them(admin, app, pem):
    with serving({"/metadata": document(an_entity(acs(f"{ACS}/new")))}, pem) as site:
        admin.post(KNOWN, {**RULES, "step": "save", "url": f"https://127.0.0.1:{site.port}/metadata"})
        page = admin.post(KNOWN, {"step": "fetch"}, follow=True)
    assert "The document makes the changes below." in page.text
    assert f"new:</span> {ACS}/new" in page.text
    assert addresses() == [ACS]
    admin.post(KNOWN, {"step": "accept", "shown": page.context["shown"]})
    assert addresses() == [f"{ACS}/new"]


def fetch(admin, xml, pem, **fields):
    with serving({"/metadata": document(xml)}, pem) as site:
        MetadataSource.objects.update(url=f"https://127.0.0.1:{site.port}/metadata", **fields)
        return admin.post(KNOWN, {"step": "fetch"}, follow=True).text


def test_a_fetch_of_what_is_registered_says_that_nothing_changes(admin, app, pem):
    assert "The document changes nothing." in fetch(admin, an_entity(acs()), pem)


def test_signed_changes_that_are_taken_at_once_are_in_the_history(admin, app, pem):
    xml, publisher = signed(an_entity(acs(f"{ACS}/new"))), a_pair("publisher").certificate
    page = fetch(admin, xml, pem, take_over="signed", signing_certificate=publisher)
    assert "changes are accepted." in page
    assert addresses() == [f"{ACS}/new"]
    assert "Taken from metadata: Addresses that take Responses." in history(admin, app)


def test_without_an_address_nothing_is_fetched(admin, app):
    assert "There is no address to fetch from." in admin.post(KNOWN, {"step": "fetch"}, follow=True).text


def test_a_failed_fetch_is_shown_and_raises_an_alarm(admin, app, pem):
    with serving({"/metadata": leads_to("http://127.0.0.1/")}, pem) as site:
        admin.post(KNOWN, {**RULES, "step": "save", "url": f"https://127.0.0.1:{site.port}/metadata"})
        page = admin.post(KNOWN, {"step": "fetch"}, follow=True)
    assert "The server redirects from https to an address that is not https." in page.text
    assert "The metadata of App could not be updated" in admin.get("/admin/").text


def upload(admin, xml):
    return admin.post(KNOWN, {"step": "upload", "pasted": xml.decode()}, follow=True)


def test_a_newer_document_waits_for_review_and_the_home_page_says_so(admin, app):
    page = upload(admin, an_entity(acs() + acs(f"{ACS}/two", 1)))
    assert "Accept these changes" in page.text
    assert "App has published new metadata." in admin.get("/admin/").text
    assert addresses() == [ACS]


def test_rejected_changes_no_longer_wait(admin, app):
    upload(admin, an_entity(acs(f"{ACS}/new")))
    page = admin.post(KNOWN, {"step": "reject"}, follow=True)
    assert "Accept these changes" not in page.text
    assert (addresses(), MetadataSource.objects.get().pending) == ([ACS], "")


def test_changes_are_accepted_as_shown_or_not_at_all(admin, app):
    page = upload(admin, an_entity(acs(f"{ACS}/new")))
    upload(admin, an_entity(acs("https://evil.example/acs")))
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
    assert words in upload(admin, xml).text
    assert MetadataSource.objects.get().pending == ""


def test_a_service_added_by_hand_can_get_metadata_later(admin, app):
    MetadataSource.objects.all().delete()
    assert "Last read" in admin.get(KNOWN).text
    assert "Accept these changes" in upload(admin, an_entity(acs(f"{ACS}/new"))).text


def test_saving_the_source_clears_a_fault_and_keeps_waiting_changes(admin, app):
    upload(admin, an_entity(acs(f"{ACS}/new")))
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
    page = upload(admin, an_entity(acs(f"{ACS}/new")))
    admin.post(KNOWN, {"step": "accept", "shown": page.context["shown"]})
    assert "Taken from metadata: Addresses that take Responses." in history(admin, app)


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
