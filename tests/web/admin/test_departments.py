"""Departments in the admin, and the access rules that name them."""

import pytest

from idp.agents.models import Department
from idp.policies.access.conditions import DepartmentIs
from tests.policies import publishing

pytestmark = pytest.mark.each_database

LIST = "/admin/agents/department/"


def a_department_with_a_rule():
    publishing.in_force(DepartmentIs(frozenset({"Sales"})), name="No Sales")
    return Department.objects.create(name="Sales")


def test_renaming_a_department_lists_the_rules_that_still_use_its_old_name(admin):
    sales = a_department_with_a_rule()
    renamed = admin.post(f"{LIST}{sales.pk}/change/", {"name": "Field sales"}, follow=True).content.decode()
    assert "Access rules still say “Sales”" in renamed
    assert "“No Sales”" in renamed
    recased = admin.post(f"{LIST}{sales.pk}/change/", {"name": "FIELD SALES"}, follow=True).content.decode()
    assert "Access rules still say" not in recased


def test_deleting_departments_lists_the_rules_that_name_them(admin):
    sales = a_department_with_a_rule()
    page = admin.post(f"{LIST}{sales.pk}/delete/", {"post": "yes"}, follow=True).content.decode()
    assert "“No Sales”" in page
    sales = Department.objects.create(name="sales")
    chosen = {"action": "delete_selected", "_selected_action": [sales.pk], "post": "yes"}
    assert "“No Sales”" in admin.post(LIST, chosen, follow=True).content.decode()


def test_a_pasted_name_of_a_department_turns_no_sentence_around(admin):
    admin.post(f"{LIST}add/", {"name": "\u202bField \u2067sales\u202e"})
    assert Department.objects.get().name == "Field sales"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("\u202e", "Nothing of this name can be seen."),
        ("Sa\x0bles", "a character that cannot be written down"),
        ("SALES\u202c", "There is already a department of this name."),
    ],
    ids=ascii,
)
def test_a_department_whose_name_cannot_be_kept_is_refused_with_a_sentence(admin, name, sentence):
    Department.objects.create(name="Sales")
    assert sentence in admin.post(f"{LIST}add/", {"name": name}).text
    assert Department.objects.count() == 1
