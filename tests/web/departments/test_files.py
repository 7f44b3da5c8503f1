"""A supervisor's files: rows about their own people are written, all others are problems that tell nothing."""

import pytest

from idp.agents.models import Agent, Department, GrantableRole
from idp.importing.models import Import
from tests.web.departments.place import a_supervisor, changed, of, rows
from tests.web.pages.agents_files import PAGE, choose
from tests.web.pressing import buttons, press

MINE, STRANGERS = "agent-1@acme.example", "agent-2@acme.example"
OUT_OF_REACH = "Somebody else already has this email, and you do not look after them."


def new(email="zoe@acme.example", number="+1 201 555 0171", department="department 1", roles="agent"):
    return [email, "Zoë", number, department, roles, "yes", "no"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ([STRANGERS], OUT_OF_REACH),
        ([STRANGERS, "Agent 2", "+12015550102", "Department 2", "agent", "yes", "no"], OUT_OF_REACH),
        ([STRANGERS, "", "", "Department 1"], OUT_OF_REACH),
        (["olivia@acme.example", "Olivia Operator"], OUT_OF_REACH),
        (["sue@acme.example", "", "", "", "admin wfo.full_access"], OUT_OF_REACH),
        ([MINE, "", "", "Department 2"], "Choose one of your departments: Department 1."),
        ([MINE, "", "", "-"], "Choose one of your departments: Department 1."),
        ([MINE, "", "", "Nowhere"], "Choose one of your departments: Department 1."),
        ([MINE, "", "", "", "agent admin wfo.full_access"], "You may not give: admin, wfo.full_access."),
        ([MINE, "", "+1 201 555 0102"], "Somebody else has this number."),
        (new(department="Department 2"), "Choose one of your departments: Department 1."),
        (new(department=""), "Choose one of your departments: Department 1."),
        (new(roles="supervisor wfo.team_leader"), "You may not give: supervisor, wfo.team_leader."),
        (new(number="+1 201 555 0102"), "Somebody else has this number."),
    ],
)
def test_a_row_outside_the_departments_is_a_problem_of_that_row(place, row, sentence):
    before = of(place.ana), of(place.ben), Agent.objects.count(), Department.objects.count()
    page = choose(place.browser, row)
    assert sentence in page.text
    assert "Make 1 change" not in buttons(page)
    place.browser.post(page.request["PATH_INFO"], {"act": "write", "seen": page.context["plan"].fingerprint})
    assert (of(place.ana), of(place.ben), Agent.objects.count(), Department.objects.count()) == before


def test_a_right_guess_about_a_stranger_looks_like_a_wrong_one(place):
    right, wrong = (choose(place.browser, [STRANGERS, name]).context["plan"] for name in ("Agent 2", "Agent 3"))
    assert (right.unchanged, right.problems) == (wrong.unchanged, wrong.problems)


def test_a_supervisors_import_writes_own_and_new_agents(place):
    press(place.browser, choose(place.browser, [MINE, "Ana Maria"], new()), "Make 2 changes")
    assert Agent.objects.get(email=MINE).full_name == "Ana Maria"
    zoe = Agent.objects.get(email="zoe@acme.example")
    assert (zoe.department, zoe.role_names, zoe.is_staff) == (place.theirs, ("agent",), False)


def test_an_import_counts_as_missing_only_the_supervisors_own_agents(place):
    before = of(place.ben)
    row = new()
    page = choose(place.browser, row, missing_off="on", most_missing=100)
    press(place.browser, page, "Make 2 changes", typed="switch off 1")
    assert not Agent.objects.get(pk=place.ana.pk).is_active
    assert (of(place.ben), Agent.objects.get(pk=place.sue.pk).is_active) == (before, True)


def test_a_supervisor_sees_their_own_imports_only(place, admin):
    page = choose(admin, [STRANGERS, "Ben the other"])
    its = Import.objects.get()
    before = rows()
    assert "team.csv" not in place.browser.get(PAGE).text
    for act in ("write", "discard", "undo"):
        answer = place.browser.post(f"{PAGE}{its.pk}/", {"act": act, "seen": page.context["plan"].fingerprint})
        assert answer.status_code == 404
    assert place.browser.get(f"{PAGE}{its.pk}/progress/").status_code == 404
    assert changed(before, rows()) == []


def test_an_undo_gives_back_no_role_that_a_supervisor_may_not_give_any_more(place):
    _, browser = a_supervisor(email="more@acme.example", roles=("agent", "supervisor", "wfo.team_leader"))
    roles = "agent supervisor wfo.team_leader"
    press(browser, choose(browser, [MINE, "", "", "", roles]), "Make 1 change")
    page = press(browser, choose(browser, [MINE, "", "", "", "agent"]), "Make 1 change")
    GrantableRole.objects.exclude(role="agent").delete()
    page = press(browser, page, "Undo this import")
    assert "Nothing was undone. Agent 1: You may not give: supervisor, wfo.team_leader." in page.text
    assert Agent.objects.get(email=MINE).role_names == ("agent",)


def test_an_undo_reaches_nobody_who_left_the_department(place):
    page = press(place.browser, choose(place.browser, [MINE, "Ana Maria"]), "Make 1 change")
    Agent.objects.filter(email=MINE).update(department=place.other)
    assert f"{MINE}: {OUT_OF_REACH}" in press(place.browser, page, "Undo this import").text
    assert Agent.objects.get(email=MINE).full_name == "Ana Maria"


def test_an_undo_does_not_say_who_has_a_former_number_now(place):
    page = press(place.browser, choose(place.browser, [MINE, "", "+1 201 555 0177"]), "Make 1 change")
    place.ben.numbers.update(number="+12015550101")
    text = press(place.browser, page, "Undo this import").text
    assert ("Somebody else has the former number of Agent 1." in text, "Agent 2" in text) == (True, False)


def test_a_file_is_empty_for_a_supervisor_who_was_barred_meanwhile(place):
    page = choose(place.browser, [MINE, "Ana Maria"])
    place.sue.supervisor.barred = True
    place.sue.supervisor.save()
    assert press(place.browser, page, "Make 1 change").status_code == 403
    assert Agent.objects.get(email=MINE).full_name == "Agent 1"
