"""Importing agents from a file: previewed, written, and undone for a day."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.agents.models import Agent, Device
from idp.importing import sheet
from idp.importing.models import Import
from idp.otp.models import PhoneAuthenticator
from tests.conftest import NOW, an_agent
from tests.importing.files import MAX, ZOE
from tests.web.pages.agents_files import BAD, PAGE, SHORT, choose, helper
from tests.web.pressing import buttons, press
from tests.web.seeded import a_signed_in_agent

pytestmark = pytest.mark.each_database


def test_a_file_is_previewed_written_and_undone(admin, clock):
    page = choose(admin, ZOE, MAX, BAD)
    assert "Nothing has changed yet." in page.text
    assert page.text.index("bad@acme.example") < page.text.index("zoe@acme.example")
    assert Agent.objects.filter(is_staff=False).count() == 0
    page = press(admin, page, "Make 2 changes, leave out 1 row")
    assert set(Agent.objects.filter(is_staff=False).values_list("email", flat=True)) == {ZOE[0], MAX[0]}
    assert {it.change_message for it in LogEntry.objects.all()} == {"Import of team.csv."}
    page = press(admin, page, "Undo this import")
    assert "Undone: 0 restored, 2 removed." in page.text
    assert "undone" in admin.get(PAGE).text


def test_changes_are_shown_with_the_values_before_and_after(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT).text
    assert "Mobile number: +12015550101 → +12015550177" in page
    assert "1 known agent gets another number or loses it." in page


def test_a_row_that_switches_the_importer_off_is_left_out(admin, operator):
    headings = ["Email", "Full name", "May sign in"]
    page = choose(admin, [operator.email, "Olivia O.", "no"], headings=headings)
    assert "You cannot switch yourself off. Ask another operator." in page.text
    assert "Olivia O." in choose(admin, [operator.email, "Olivia O.", "yes"], headings=headings).text


def test_the_page_lists_changes_that_cannot_be_undone(admin, keys, clock):
    signed_in = a_signed_in_agent(NOW).agent
    page = press(admin, choose(admin, [signed_in.email, "+1 201 555 0177"], headings=SHORT), "Make 1 change")
    assert "Ended sign-ins of 1 person: Agent 1 (2)" in page.text
    assert "1 changed number: passkeys that went with them" in page.text


def test_a_file_is_previewed_again_if_agents_changed_meanwhile(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT)
    PhoneAuthenticator.objects.update(number="+12015550178")
    again = press(admin, page, "Make 1 change")
    assert (again.status_code, "Somebody has changed people since" in again.text) == (409, True)
    press(admin, again, "Make 1 change")
    assert PhoneAuthenticator.objects.get().number == "+12015550177"


def test_absent_agents_are_switched_off_only_after_the_words_are_typed(admin, keys, agent):
    gone = a_signed_in_agent(NOW, 2).agent
    page = choose(admin, [agent.email], headings=["Email"], missing_off="on", most_missing=50)
    page = press(admin, page, "Make 1 change", typed="yes")
    assert (page.status_code, Device.objects.active().count()) == (409, 2)
    press(admin, page, "Make 1 change", typed="Switch off  1")
    gone.refresh_from_db()
    assert (gone.is_active, Device.objects.active().count()) == (False, 0)


def test_more_absent_agents_than_the_share_are_not_switched_off(admin, agent):
    an_agent("+12015550102", "ben@acme.example")
    page = choose(admin, [agent.email], headings=["Email"], missing_off="on")
    assert "That would be 50 % of those who may sign in, more than the 25 % you allow." in page.text
    assert "Discard this file" in buttons(page)
    assert "Make 1 change" not in buttons(page)


def test_a_file_can_be_discarded(admin, db):
    press(admin, choose(admin, ZOE), "Discard this file")
    assert not Import.objects.exists()


@pytest.mark.parametrize("spoilt", [b"", b"\xff\xfe\x00"], ids=["empty", "no text"])
def test_a_waiting_file_that_became_unreadable_can_be_discarded(admin, operator, spoilt):
    waiting = Import.objects.create(made_at=NOW, by=operator, file_name="team.csv", content=spoilt)
    page = admin.get(f"{PAGE}{waiting.pk}/")
    assert (page.status_code, "can no longer be read" in page.text) == (409, True)
    assert admin.post(f"{PAGE}{waiting.pk}/", {"act": "write"}).status_code == 409
    assert "Discarded: team.csv. Nothing was changed." in press(admin, page, "Discard this file").text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"Name\nZoe", "has no column Email"),
        (b"Email\n\xe9", "Save it as CSV UTF-8."),
        (b"x" * (sheet.MOST_BYTES + 1), "larger than 8 MB"),
    ],
    ids=["empty", "no email", "latin", "large"],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(admin, content, sentence):
    page = admin.post(PAGE, {"file": SimpleUploadedFile("x.csv", content), "most_missing": 25})
    assert (page.status_code, sentence in page.text) == (400, True)
    assert not Import.objects.exists()


def test_importing_takes_the_rights_to_add_and_to_change_agents(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT).request["PATH_INFO"]
    browser = helper("view_agent", "change_agent")
    asked = [browser.get(PAGE), browser.post(PAGE), browser.get(page), browser.post(page, {"act": "write"})]
    assert [it.status_code for it in asked] == [403] * 4
    assert browser.get(f"{page}progress/").status_code == 403


def test_an_operator_who_is_no_superuser_imports_agents_but_no_operators(operator, agent):
    browser = helper("view_agent", "change_agent", "add_agent")
    rows = [[operator.email, "Mine"], [agent.email, "Ana Maria"]]
    page = choose(browser, *rows, headings=["Email", "Full name"])
    assert "This is an operator." in page.text
    press(browser, page, "Make 1 change, leave out 1 row")
    operator.refresh_from_db()
    assert operator.full_name == "Olivia Operator"
    assert Agent.objects.get(pk=agent.pk).full_name == "Ana Maria"


def test_progress_is_reported_without_reading_the_file(admin, agent):
    page = choose(admin, [agent.email, "+1 201 555 0177"], headings=SHORT)
    where = f"{page.request['PATH_INFO']}progress/"
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(where).json() == {"written": 0}
    assert [it["sql"] for it in queries if '"content"' in it["sql"]] == []
    press(admin, page, "Make 1 change")
    assert admin.get(where).json() == {"written": 1}
