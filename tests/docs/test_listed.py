"""What pages that are written by hand list of the code is complete."""

from django.apps import apps

from idp.importing.columns import ALSO, Column
from tests.docs.pages import DOCS


def rows_of(page):
    """The cells of each row of a page's tables."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def test_each_heading_that_an_import_knows_is_in_the_reference():
    listed = {name.strip("`"): {*also.casefold().split(", ")} for name, also, *_ in rows_of("reference/columns.md")}
    assert listed == {column.value: {*ALSO[column]} for column in Column}


def test_each_table_with_a_constraint_says_what_the_database_rejects():
    told = {name.strip("`") for names, *_ in rows_of("explanation/architecture.md") for name in names.split(", ")}
    ours = [it for it in apps.get_models() if it.__module__.startswith("idp.")]
    assert {it._meta.label for it in ours if it._meta.constraints} - told == set()
