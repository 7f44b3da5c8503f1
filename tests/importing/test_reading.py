"""What cells say: numbers, roles, yes and no, in the many ways in which people write them."""

import pytest

from tests.importing.files import HEADINGS, MAX, ZOE, a_file, read

NUMBER, DEPARTMENT, ROLES, MAY_SIGN_IN = 2, 3, 4, 5


def said(place, cell, country=""):
    row = [*MAX]
    row[place] = cell
    (it,) = read(a_file(row), country).rows
    return it


def problem(place, cell):
    row = [*MAX]
    row[place] = cell
    (it,) = read(a_file(row)).problems
    return it


@pytest.mark.parametrize(
    "headings",
    [
        ["e-mail", "NAME", "Phone number", "team", "Role", "enabled", "authenticator_app"],
        ["EMAIL", " full  name ", "mobile_number", "Department:", "flex-roles", "MaySignIn", "may use app"],
    ],
    ids=str,
)
def test_headings_are_taken_in_any_case_and_by_other_names(headings):
    assert read(a_file(ZOE, headings=headings)) == read(a_file(ZOE))


def test_columns_come_in_any_order_and_unknown_ones_are_named_and_ignored():
    found = read(a_file(["x", "max@acme.example"], headings=["Shoe size", "Email"]))
    assert (found.rows[0].email, found.strange_headings) == ("max@acme.example", ("Shoe size",))


def test_a_file_exported_when_the_heading_had_a_hyphen_is_read():
    assert read(a_file(["max@acme.example"], headings=["E-mail"])).rows[0].email == "max@acme.example"


@pytest.mark.parametrize(
    "cell", ["+1 (201) 555-0172", "001 201 555 0172", "'+12015550172", "+1.201.555.0172", " +1\u00a0201 555 0172 "]
)
def test_a_number_is_taken_in_any_spelling(cell):
    assert said(NUMBER, cell).number == "+12015550172"


def test_an_email_copied_from_a_page_loses_what_cannot_be_seen():
    (it,) = read(a_file(["\u200bmax@acme.example\u200b\ufeff"], headings=["Email"])).rows
    assert it.email == "max@acme.example"


def test_an_email_that_was_copied_from_a_letter_is_taken_without_its_name():
    assert said(0, "Max Muster <max.m@acme.example>").email == "max.m@acme.example"


def test_a_name_keeps_its_letters_and_loses_marks_of_direction():
    assert said(1, "\u202bMax\u202c \u2067Muster\u202e").full_name == "Max Muster"


def test_a_number_without_a_plus_belongs_to_the_default_country():
    assert said(NUMBER, "612 345 678", "ES").number == "+34612345678"


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [("de", "de"), ("es-MX", "es"), ("pt_BR", "pt-br"), ("Français", "fr"), ("العربية", "ar"), ("-", "")],
)
def test_a_language_is_a_code_or_its_own_name(cell, meaning):
    (it,) = read(a_file(["max@acme.example", cell], headings=["Email", "Language"])).rows
    assert it.language == meaning


def test_an_unsupported_language_is_a_problem_that_names_the_supported_ones():
    (it,) = read(a_file(["max@acme.example", "Klingon"], headings=["Email", "Language"])).problems
    assert it.sentence == "This language is not available. Use one of en, es, pt-br, fr, de, ar."


@pytest.mark.parametrize("cell", ["agent supervisor wfo.team_leader", "WFO.team_leader; Agent | supervisor"])
def test_roles_are_separated_in_any_way_and_come_in_one_order(cell):
    assert said(ROLES, cell).roles == ("agent", "supervisor", "wfo.team_leader")


@pytest.mark.parametrize(
    ("cell", "meaning"), [("YES", True), ("1", True), ("Sí", True), ("No", False), ("FALSE", False)]
)
def test_yes_and_no_are_understood(cell, meaning):
    assert said(MAY_SIGN_IN, cell).may_sign_in is meaning


def test_an_empty_cell_changes_nothing_and_a_dash_removes_the_value():
    assert (said(NUMBER, "").number, said(NUMBER, "-").number) == (None, "")
    assert (said(DEPARTMENT, " ").department, said(DEPARTMENT, "-").department) == (None, "")


@pytest.mark.parametrize(
    ("place", "cell", "column", "sentence"),
    [
        (0, "", "Email", "There is no email."),
        (0, "max", "Email", "This is not an email address."),
        (1, "x" * 257, "Full name", "longer than 256 characters"),
        (1, "Max\x00", "Full name", "a character that cannot be stored"),
        (NUMBER, "612 345 678", "Mobile number", "Start with + and your country code"),
        (NUMBER, "3,46123E+10", "Mobile number", "A spreadsheet has shortened this number."),
        (NUMBER, "ana@acme.example", "Mobile number", "Start with + and your country code"),
        (DEPARTMENT, "x" * 101, "Department", "longer than 100 characters"),
        (ROLES, "agent emperor", "Roles", "emperor: not a role of Flex. Use one of agent, "),
        (ROLES, "supervisor", "Roles", "needs an Insights role"),
        (MAY_SIGN_IN, "perhaps", "May sign in", "Write yes or no."),
    ],
)
def test_a_problem_names_row_column_and_remedy(place, cell, column, sentence):
    found = problem(place, cell)
    assert (found.row, found.column, sentence in found.sentence) == (2, column, True)


def test_every_fault_of_a_row_is_named_at_once():
    found = read(a_file(["max", "Max", "12", "", "emperor", "perhaps", ""])).problems
    assert [(it.row, it.column) for it in found] == [
        (2, column) for column in ("Email", "Mobile number", "Roles", "May sign in")
    ]


def test_more_cells_than_headings_are_a_problem_not_a_guess():
    (found,) = read(a_file([*ZOE, "beyond"], headings=HEADINGS)).problems
    assert "more cells than headings" in found.sentence


@pytest.mark.parametrize("heading", ["Teléfono", "telefono", "MÓVIL", "Celular", "Mobilnummer", "Téléphone"])
def test_the_heading_of_numbers_is_read_in_the_languages_of_agents_with_and_without_accents(heading):
    cells = ["max@acme.example", "+1 201 555 0101"]
    assert read(a_file(cells, headings=["Email", heading])) == read(a_file(cells, headings=["Email", "Mobile number"]))
