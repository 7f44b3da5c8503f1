"""A supervisor at the line: forms change their own people, and nobody else."""

import pytest
from django.contrib.auth.models import Group

from idp.agents.models import Agent, Department
from tests.web.departments.place import a_supervisor, changed, of, rows
from tests.web.people_form import LIST, filled


def test_a_supervisor_changes_their_own_people(place):
    assert place.save(place.ana, full_name="Ana Maria", number="+1 201 555 0177").status_code == 302
    ana = Agent.objects.get(pk=place.ana.pk)
    assert (ana.full_name, ana.numbers.get().number) == ("Ana Maria", "+12015550177")


def test_hidden_fields_change_nothing(place):
    group, before = Group.objects.create(name="All"), of(place.ana)[0]
    forged = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": ["1", "2"]}
    forged |= {"id": place.ben.pk, "pk": place.ben.pk, "password": "!", "last_login_0": "2026-01-01", "name_id": "x"}
    forged |= {"devices-0-id": place.ben.devices.first().pk, "devices-0-revoked_at": "2026-01-01", "supervisor": "1"}
    devices = of(place.ben)
    assert place.save(place.ana, **forged).status_code == 302
    assert (of(place.ana)[0], of(place.ben)) == (before, devices)


@pytest.mark.parametrize(
    "fields",
    [
        {"department": "other"},
        {"department": ""},
        {"flex_roles": ["agent", "admin", "wfo.full_access"]},
        {"flex_roles": ["agent", "wfo.team_leader"]},
        {"flex_roles": []},
        {"number": "+1 201 555 0102"},
        {"email": "agent-2@acme.example"},
        {"email": "olivia@acme.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("new", [True, False])
def test_a_supervisor_moves_nobody_to_other_departments_and_grants_no_other_role(place, fields, new):
    before = rows()
    fields = {**fields, "department": place.other.pk} if fields.get("department") == "other" else fields
    if new:
        page = place.browser.post(f"{LIST}add/", filled(**{"department": place.theirs.pk, **fields}))
    else:
        page = place.save(place.ana, **fields)
    assert page.status_code == 200
    assert changed(before, rows()) == []


def test_the_number_of_somebody_else_cannot_be_slipped_into_a_form(place):
    before, phone = of(place.ben), place.ben.numbers.get()
    forged = {"numbers-0-id": phone.pk, "numbers-0-user": place.ben.pk, "numbers-0-DELETE": "on"}
    place.save(place.ana, **forged)
    place.save(place.ana, **{**forged, "numbers-0-user": place.ana.pk})
    assert of(place.ben) == before


def test_a_supervisor_adds_somebody_to_their_department_without_any_right(place):
    fields = {"department": place.theirs.pk, "is_staff": "on", "is_superuser": "on"}
    assert place.browser.post(f"{LIST}add/", filled(**fields)).status_code == 302
    new = Agent.objects.get(email="ana@acme.example")
    assert (new.department, new.is_staff, new.is_superuser, new.role_names) == (place.theirs, False, False, ("agent",))


def test_the_form_offers_their_departments_and_the_roles_that_they_may_give(place):
    form = place.browser.get(f"{LIST}add/").context["adminform"].form
    assert [str(it) for _, it in form.fields["department"].choices] == ["Department 1"]
    assert list(form.fields["flex_roles"].choices) == [("agent", "agent")]
    assert not {"is_staff", "is_superuser", "groups"} & set(form.fields)


def test_with_two_departments_people_are_moved_between_them(place):
    Department.objects.create(name="Department 3")
    _, browser = a_supervisor("Department 1", "Department 3", email="two@acme.example")
    place.browser, third = browser, Department.objects.get(name="Department 3")
    assert place.save(place.ana, department=third.pk).status_code == 302
    assert Agent.objects.get(pk=place.ana.pk).department == third
