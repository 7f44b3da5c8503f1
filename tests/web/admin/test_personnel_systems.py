"""An operator connects a personnel system."""

from django.test import Client

from idp.scim.models import PersonnelSystem
from tests.conftest import NOW
from tests.web.conftest import a_superuser, inside


def let_in(secret):
    return Client().get("/scim/v2/Users", headers={"authorization": f"Bearer {secret}"}).status_code


def test_a_secret_of_a_personnel_system_is_shown_once_and_replaces_the_former_one(admin):
    assert admin.get("/admin/scim/personnelsystem/add/").status_code == 200
    admin.post("/admin/scim/personnelsystem/add/", {"name": "Workday", "enabled": "on"})
    system = PersonnelSystem.objects.get()
    before = system.make_secret(NOW)
    page = admin.post(f"/admin/scim/personnelsystem/{system.pk}/secret/")
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "/scim/v2</code>" in page.content.decode()
    assert (let_in(before), let_in(secret)) == (401, 200)
    again = admin.get(f"/admin/scim/personnelsystem/{system.pk}/change/").content.decode()
    assert secret not in again
    assert PersonnelSystem.objects.get().secret_hash not in again


def test_only_operators_who_may_change_the_system_make_a_secret(admin):
    system = PersonnelSystem.objects.create(name="Workday")
    page = f"/admin/scim/personnelsystem/{system.pk}/secret/"
    assert admin.get(page).status_code == 405
    assert inside(a_superuser("otto@acme.example", is_superuser=False)).post(page).status_code == 403
    assert PersonnelSystem.objects.get().secret_hash == ""
