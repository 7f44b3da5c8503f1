"""An operator registers an app and a back end."""

import re

import pytest

from idp.native.models import Client, ClientKind
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.native.own_app import REDIRECT, a_back_end, a_client
from tests.web.admin.app_form import form
from tests.web.conftest import a_superuser, inside
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database

ADD = "/admin/native/client/add/"


def test_an_app_is_registered_with_its_redirect_uri_and_its_services(admin):
    flex = a_service(unsolicited=True)
    assert admin.post(ADD, form(services=[flex.pk])).status_code == 302
    client = Client.objects.get()
    assert [it.uri for it in client.redirect_uris.all()] == [REDIRECT]
    assert list(client.services.all()) == [flex]


def test_the_field_of_a_redirect_uri_shows_a_long_one(admin):
    assert re.search(r'<input type="text" name="redirect_uris-0-uri" size="80"', admin.get(ADD).text)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"redirect_uris-0-uri": "http://acme.example/"}, "Plain http is for 127.0.0.1 and [::1] only."),
        ({"redirect_uris-0-uri": "acme:/x"}, "a scheme with a dot in it"),
        ({"redirect_uris-0-uri": ""}, "An app needs a redirect URI."),
        ({"kind": "back end"}, "A back end has no redirect URIs"),
        ({"client_id": "acme phone"}, "valid “slug”"),
        ({"client_id": "taken"}, "already exists"),
    ],
    ids=str,
)
def test_faulty_fields_of_an_app_get_a_sentence(admin, changed, said):
    a_client("taken", ())
    page = admin.post(ADD, form(**changed))
    assert page.status_code == 200
    assert said in page.content.decode()
    assert Client.objects.count() == 1


@pytest.mark.parametrize("rows", ["1000", "1" + 30 * "0", "9" * 5000])
def test_a_form_that_counts_more_rows_than_it_has_fields_is_refused_before_any_is_made(admin, rows):
    page = admin.post(ADD, form(**{"redirect_uris-TOTAL_FORMS": rows}))
    assert (page.status_code, "We could not read that request" in page.text) == (400, True)


def test_only_services_that_may_be_opened_from_here_are_offered(admin):
    closed, opened = a_service(), a_service("rota", "JQ" + "2" * 32, name="Rota", unsolicited=True)
    page = admin.get(ADD).content.decode()
    assert "Rota" in page
    assert f'value="{closed.pk}"' not in page.partition("May open")[2].partition("redirect")[0]
    client = a_client(services=[closed, opened])
    assert f'value="{closed.pk}"' in admin.get(f"/admin/native/client/{client.pk}/change/").content.decode()


def test_the_secret_of_a_back_end_is_shown_once_and_replaces_the_former_one(admin):
    client, old = a_back_end(NOW)
    page = admin.post(f"/admin/native/client/{client.pk}/secret/")
    client.refresh_from_db()
    [secret] = [it for it in page.content.decode().replace("<", ">").split(">") if client.keeps(it)]
    assert not client.keeps(old)
    assert "no-store" in page["Cache-Control"]
    assert secret not in admin.get(f"/admin/native/client/{client.pk}/change/").content.decode()


def test_a_new_back_end_leads_to_the_button_for_its_secret(admin):
    typed = {"kind": "back end", "client_id": "crm", "redirect_uris-0-uri": ""}
    page = admin.post(ADD, form(**typed), follow=True)
    assert page.redirect_chain[-1][0] == f"/admin/native/client/{Client.objects.get().pk}/change/"
    assert "It needs a secret: make one here." in page.text


def test_a_new_app_starts_with_a_timeout_policy_chosen(admin):
    assert f'<option value="{form()["timeout_policy"]}" selected>' in admin.get(ADD).text


def test_reloading_the_page_of_a_secret_makes_no_other_secret_but_the_button_does(admin):
    client = a_back_end(NOW)[0]
    page, button = (f"/admin/native/client/{client.pk}/{it}/" for it in ("change", "secret"))
    pressed = {"csrfmiddlewaretoken": str(admin.get(page).context["csrf_token"])}
    secret = admin.post(button, pressed).context["secret"]
    assert "The result is shown only once" in admin.post(button, pressed, follow=True).text
    client.refresh_from_db()
    assert client.keeps(secret)
    again = {"csrfmiddlewaretoken": str(admin.get(page).context["csrf_token"])}
    assert admin.post(button, again).context["secret"] != secret


def test_only_the_button_of_a_back_end_makes_a_secret(admin):
    client, _ = a_back_end(NOW)
    app = a_client()
    assert admin.get(f"/admin/native/client/{client.pk}/secret/").status_code == 405
    assert admin.post(f"/admin/native/client/{app.pk}/secret/").status_code == 404
    looker = a_superuser("looker@acme.example", is_superuser=False)
    assert inside(looker).post(f"/admin/native/client/{client.pk}/secret/").status_code == 403


def test_kind_and_client_id_cannot_change_and_an_app_cannot_be_deleted(admin):
    client = a_client()
    row = client.redirect_uris.get()
    changed = form(client_id="other", kind="back end", enabled="") | {
        "redirect_uris-INITIAL_FORMS": "1",
        "redirect_uris-0-id": row.pk,
        "redirect_uris-0-client": client.pk,
    }
    assert admin.post(f"/admin/native/client/{client.pk}/change/", changed).status_code == 302
    client.refresh_from_db()
    assert (client.client_id, client.kind, client.enabled) == ("acme-phone", ClientKind.APP, False)
    assert admin.post(f"/admin/native/client/{client.pk}/delete/", {"post": "yes"}).status_code == 403
    assert not ServiceProvider.objects.exists()
