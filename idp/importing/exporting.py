"""Writes people to CSV, with the columns that an import reads. Pure.

Spreadsheets evaluate a cell that begins with certain characters as a formula. Such a cell gets an apostrophe in front,
which spreadsheets treat as a text marker and an import drops (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterable, Iterator

from idp.importing.columns import Column
from idp.importing.people import Person, as_cells

BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads UTF-8 in the wrong encoding."""


def lines(people: Iterable[Person]) -> Iterator[str]:
    """Yield people as lines of CSV (RFC 4180), headings first."""
    yield BYTE_ORDER_MARK + line([column.value for column in Column])
    for person in people:
        yield line(list(as_cells(person).values()))


def line(cells: Iterable[str]) -> str:
    """Return one line, with each cell made inert."""
    out = io.StringIO()
    csv.writer(out).writerow(inert(cell) for cell in cells)
    return out.getvalue()


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet evaluates as a formula."""
    return f"'{cell}" if cell.startswith(BEGINS_FORMULA) else cell
