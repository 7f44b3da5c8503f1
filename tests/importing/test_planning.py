"""What a file would change, held against who is here."""

from functools import partial
from itertools import pairwise

import pytest

from tests.importing.files import MAX, ZOE, a_file, a_known, plan
from tests.lines_run import lines_run

ANA = a_known(1, "Ana@acme.example", "+12015550101")
BEN = a_known(2, "ben@acme.example", "+12015550102")
OLIVIA = a_known(3, "olivia@acme.example", is_operator=True, locked="This is an operator.")
HEADINGS = ["Email", "Mobile number"]


def numbers(*rows, known=(ANA, BEN)):
    return plan(a_file(*rows, headings=HEADINGS), known)


def sentences(found):
    return [(it.row, it.sentence) for it in found.problems]


def test_rows_are_new_changed_or_unchanged():
    content = a_file(ZOE, ["ana@ACME.example", "Ana Maria"], ["ben@acme.example", "Ben"])
    found = plan(content, [ANA, BEN])
    assert ([it.after.email for it in found.new], found.unchanged) == (["zoe@acme.example"], 1)
    (ana,) = found.changed
    assert (ana.after.email, ana.differences) == ("Ana@acme.example", [("Full name", "Ana", "Ana Maria")])


def test_an_empty_cell_changes_nothing_and_a_dash_takes_the_number_away():
    (found,) = numbers(["ana@acme.example", ""], ["ben@acme.example", "-"]).changed
    assert (found.before, found.after.number) == (BEN.person, "")


def test_somebody_new_needs_a_name_and_a_role():
    found = plan(a_file(["zoe@acme.example"], ["max@acme.example", "Max"]))
    assert sentences(found) == [
        (2, "A new person needs a full name."),
        (2, "A new person needs a role, such as agent."),
        (3, "A new person needs a role, such as agent."),
    ]


def test_further_problems_of_a_row_with_an_unreadable_cell_are_named_too():
    found = plan(a_file(["zoe@acme.example", "", "12"], ["max", "", "12"]))
    assert [(it.row, it.column) for it in found.problems] == [
        (2, "Mobile number"),
        (2, "Full name"),
        (2, "Roles"),
        (3, "Email"),  # nobody knows whether that is somebody new
        (3, "Mobile number"),
    ]
    assert found.left_out == 2


def test_identical_rows_name_each_other():
    rows = [[f"a{nth}@acme.example", "A", ZOE[2], "", "agent"] for nth in range(6)]
    (first, *_) = plan(a_file(*rows)).problems
    assert first.sentence == "The same number is also in rows 3, 4, 5 and 2 more. Keep one of them."


def test_two_rows_about_one_person_are_both_rejected():
    found = plan(a_file(ZOE, MAX, [ZOE[0].upper(), *MAX[1:]]))
    assert [it.row for it in found.problems] == [2, 4]
    assert [it.row for it in found.new] == [3]


def test_two_rows_with_one_number_are_both_rejected():
    found = plan(a_file(ZOE, [MAX[0], MAX[1], ZOE[2], *MAX[3:]]))
    assert sentences(found)[1] == (3, "The same number is also in row 2. Keep one of them.")


def test_a_number_of_another_person_is_a_problem_that_names_that_person():
    found = numbers(["ben@acme.example", "+1 201 555 0101"])
    assert sentences(found)[0][1].startswith("This number belongs to Ana (Ana@acme.example).")


def test_two_people_may_swap_their_numbers():
    found = numbers(["ana@acme.example", "+12015550102"], ["ben@acme.example", "+12015550101"])
    assert ([it.after.number for it in found.changed], found.problems) == (["+12015550102", "+12015550101"], ())


def test_a_number_is_not_free_if_the_row_that_frees_it_has_a_problem():
    eve = a_known(4, "eve@acme.example", "+12015550104")
    found = numbers(
        ["ana@acme.example", "+12015550102"],
        ["ben@acme.example", "+12015550104"],
        known=[ANA, BEN, eve],
    )
    assert [row for row, _ in sentences(found)] == [2, 3]
    assert found.changed == ()


def numbers_slipped_by_a_row(people):
    known = [a_known(nth, f"a{nth}@acme.example", f"+1201555{nth:04}") for nth in range(people)]
    return numbers(*([it.person.email, after.person.number] for it, after in pairwise(known)), known=known)


def test_each_number_that_slipped_by_a_row_is_a_problem():
    found = numbers_slipped_by_a_row(300)
    assert {sentence[:19] for _, sentence in sentences(found)} == {"This number belongs"}
    assert (found.left_out, found.changed) == (299, ())


def test_twice_as_many_numbers_that_slipped_by_a_row_take_twice_the_work():
    few, many = (lines_run(partial(numbers_slipped_by_a_row, people)) for people in (100, 200))
    assert many < 2.2 * few


def test_departments_are_one_in_any_letter_case_and_new_ones_are_named():
    content = a_file(
        [*MAX[:3], "SUPPORT", "agent"], [*ZOE[:3], "sales", "agent"], ["eve@x.example", "Eve", "", "Sales", "agent"]
    )
    found = plan(content, departments=["Support"])
    assert [it.after.department for it in found.new] == ["Support", "sales", "sales"]
    assert found.departments == ("sales",)


def test_an_operator_in_a_file_is_a_problem_only_if_the_row_changes_them():
    content = a_file(["olivia@acme.example", "Olivia"])
    assert plan(content, [OLIVIA]).unchanged == 1
    changed = a_file(["olivia@acme.example", "Mine"])
    assert sentences(plan(changed, [OLIVIA])) == [(2, "This is an operator.")]


@pytest.mark.parametrize("off", [True, False])
def test_a_person_missing_from_the_file_stays_unless_missing_people_are_switched_off(off):
    found = plan(a_file(["ana@acme.example"]), [ANA, BEN, OLIVIA], missing_off=off, most_missing=50)
    assert [it.after.email for it in found.missing.changes] == (["ben@acme.example"] if off else [])
    assert [it.after.may_sign_in for it in found.changes] == ([False] if off else [])


def test_an_import_that_would_switch_off_too_many_people_is_stopped():
    found = plan(a_file(["ana@acme.example"]), [ANA, BEN], missing_off=True, most_missing=49)
    assert (found.changes, found.missing.share) == ((), 50)
    assert "50 % of those who may sign in, more than the 49 %" in found.missing.refused


def test_a_person_whose_row_has_a_problem_is_not_missing_and_a_row_without_email_may_be_anyones():
    known = [ANA, BEN]
    wrong = plan(a_file(["ana@acme.example"], ["ben@acme.example", "", "12"]), known, missing_off=True, most_missing=99)
    assert wrong.missing.changes == ()
    nobody = plan(a_file(["ana@acme.example"], ["", "Ben"]), known, missing_off=True, most_missing=99)
    assert (nobody.changes, "could be anybody's." in nobody.missing.refused) == ((), True)


@pytest.mark.parametrize("row", [["ben@acme"], ["Burns", " Ben", "ben@acme.example", "", "", ""]])
def test_nobody_is_missing_while_a_row_has_no_email_of_somebody_known(row):
    found = plan(a_file(["ana@acme.example"], row), [ANA, BEN], missing_off=True, most_missing=99)
    assert (found.missing.changes[0].before, found.changes) == (BEN.person, ())


def test_the_fingerprint_changes_with_everything_that_an_import_would_do():
    content = a_file(["ana@acme.example", "Ana Maria"])
    now, later = plan(content, [ANA]), plan(content, [a_known(1, "Ana@acme.example", "+12015550109")])
    assert now.fingerprint == plan(content, [ANA]).fingerprint != later.fingerprint
