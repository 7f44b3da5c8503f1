"""People into a file, with the columns that an import reads. Pure.

Spreadsheets take a cell that begins with one of a few characters for a formula, and run it. Such a cell gets an
apostrophe before it, which spreadsheets show as text and an import drops (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterable, Iterator

from idp.importing.columns import Column
from idp.importing.people import Person, as_cells

BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads names in the wrong alphabet."""


def lines(people: Iterable[Person]) -> Iterator[str]:
    """Write people as CSV (RFC 4180), line by line, the headings first."""
    yield BYTE_ORDER_MARK + line([column.value for column in Column])
    for person in people:
        yield line(list(as_cells(person).values()))


def line(cells: Iterable[str]) -> str:
    """Write one line, with whatever a spreadsheet would run made plain text."""
    out = io.StringIO()
    csv.writer(out).writerow(inert(cell) for cell in cells)
    return out.getvalue()


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(BEGINS_FORMULA) else cell
