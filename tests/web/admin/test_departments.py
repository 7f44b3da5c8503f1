"""Departments in the admin, and the access rules that name them."""

from idp.agents.models import Department
from idp.policies.access.conditions import DepartmentIs
from tests.policies import publishing

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
