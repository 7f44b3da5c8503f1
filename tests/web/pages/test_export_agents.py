"""Exporting agents to a file with the columns of an import."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from idp.agents.models import Agent
from idp.audit.models import LoginEvent
from tests.importing.files import HEADINGS
from tests.web.pages.agents_files import EXPORT, PAGE, exported, helper

pytestmark = pytest.mark.each_database


def test_an_export_has_the_columns_of_an_import_and_is_recorded(admin, agent):
    Agent.objects.filter(pk=agent.pk).update(full_name="=1+1")
    found = admin.post(EXPORT)
    assert found["Content-Disposition"].startswith('attachment; filename="agents-')
    (row,) = [it for it in exported(found) if it["Email"] == agent.email]
    assert list(row) == [*HEADINGS, "Language"]
    assert (row["Full name"], row["Mobile number"], row["Roles"]) == ("'=1+1", "'+12015550101", "agent")
    assert LoginEvent.objects.get().detail == "2 people, by Olivia Operator"
    assert (
        "There is nothing to change."
        in admin.post(
            PAGE, {"file": SimpleUploadedFile("back.csv", found.content), "most_missing": 25}, follow=True
        ).text
    )


def test_agents_chosen_in_the_list_are_exported(admin, agent):
    fields = {"action": "export_chosen", "_selected_action": [str(agent.pk)]}
    assert [it["Email"] for it in exported(admin.post("/admin/agents/agent/", fields))] == [agent.email]


def test_an_operator_who_may_not_see_agents_exports_none(db):
    assert helper("view_device").post(EXPORT).status_code == 403
