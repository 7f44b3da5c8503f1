"""What is exported is read back as it was, and no spreadsheet runs any of it."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.importing import exporting
from idp.importing.people import Known, Person
from tests.importing.files import plan

names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]), min_size=1, max_size=20).filter(
    lambda it: it != "-"
)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)", "'=1", "\t=1", "\uff1d1"])
def test_a_cell_that_a_spreadsheet_would_run_becomes_text(cell):
    (row,) = csv.reader([exporting.line([cell])])
    assert row == [f"'{cell}"]


@settings(max_examples=50)
@given(names, names)
def test_an_exported_file_changes_nothing_when_it_is_imported(name, department):
    person = Person("ana@acme.example", name, "+12015550101", department, ("agent",), False, True)
    content = "".join(exporting.lines([person])).encode()
    found = plan(content, [Known(1, person)], [department])
    assert (found.problems, found.changes, found.unchanged) == ((), (), 1)
