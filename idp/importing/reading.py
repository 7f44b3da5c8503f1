"""Turns rows of cells into statements about people, and reports the cells that cannot be understood. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from idp.agents import roles as flex_roles
from idp.agents.writable import UNWRITABLE, undirected
from idp.conf import LANGUAGES
from idp.importing import columns, languages
from idp.importing.columns import Column
from idp.importing.people import COLUMN_OF, Problem, RowValues
from idp.importing.sheet import Sheet, UnreadableFile
from idp.otp import identifiers
from idp.otp.identifiers import PhoneNumber

CLEARED = "-"
"""A cell that clears an optional value. An empty cell leaves the value as it is."""
YES = frozenset("yes y true 1 on x si sí oui ja sim wahr vrai verdadero verdadeiro".split())  # noqa: SIM905 - words
NO = frozenset("no n false 0 off non nein não nao falsch faux falso".split())  # noqa: SIM905 - words
LONGEST = {Column.EMAIL: 254, Column.FULL_NAME: 256, Column.DEPARTMENT: 100}
_SHORTENED = re.compile(r"\+?\d([.,]\d+)?e\+?\d+", re.IGNORECASE)
_BETWEEN_ROLES = re.compile(r"[\s,;|]+")
_UNWRITABLE = re.compile(UNWRITABLE)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that reading needs: the country of numbers without +, and which emails are valid."""

    default_country: str
    is_email: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a file, those that could not be read in full, and the unknown headings.

    `misread` has what could be read of the rows with problems, to look for further problems.
    """

    rows: tuple[RowValues, ...]
    misread: tuple[RowValues, ...]
    problems: tuple[Problem, ...]
    strange_headings: tuple[str, ...]


class _Fault(Exception):
    """Why a cell cannot be read, and how to fix it."""


def read(sheet: Sheet, rules: Rules) -> Read:
    """Read every row, and report all its problems. Raises UnreadableFile if headings are missing or repeated."""
    places, strange, twice = columns.read(sheet.headings)
    if twice:
        raise UnreadableFile(f"Two columns are called {twice[0]}, or mean the same. Remove one.")
    if Column.EMAIL not in places:
        raise UnreadableFile("The first row has no column Email. It is required to identify people.")
    rows: list[RowValues] = []
    misread: list[RowValues] = []
    problems: list[Problem] = []
    for row, cells in sheet.rows:
        tidy = {column: _tidy(cells[place]) for column, place in places.items() if place < len(cells)}
        it, faults = _read(row, tidy, rules)
        if any(cell.strip() for cell in cells[len(sheet.headings) :]):  # then any cell may be in the wrong column
            faults = [(Column.EMAIL, "There are more cells than headings. Put texts with commas into quotes.")]
        problems += [Problem(row, it.email[:254], column.value, sentence) for column, sentence in faults]
        (misread if faults else rows).append(it)
    return Read(tuple(rows), tuple(misread), tuple(problems), tuple(strange))


def _tidy(cell: str) -> str:
    """Collapse white space, and drop marks of direction and the apostrophe with which spreadsheets mark text."""
    text = " ".join(undirected(cell).split())
    return text.removeprefix("'")


def _read(row: int, cells: Mapping[Column, str], rules: Rules) -> tuple[RowValues, list[tuple[Column, str]]]:
    """Return what could be read of a row, and why the rest could not."""
    values: dict[str, Any] = {}
    faults = []
    for field, column in {"email": Column.EMAIL, **COLUMN_OF}.items():
        cell = cells.get(column, "")
        try:
            _check(column, cell)
            values[field] = READERS[column](cell, rules)
        except _Fault as fault:
            faults.append((column, str(fault)))
    return RowValues(row, **{"email": cells.get(Column.EMAIL, ""), **values}), faults


def _check(column: Column, cell: str) -> None:
    """Raise _Fault for a cell that could not be stored unchanged."""
    if _UNWRITABLE.search(cell):
        raise _Fault("This contains a character that cannot be stored. Type it again.")
    if len(cell) > LONGEST.get(column, 254):
        raise _Fault(f"This is longer than {LONGEST.get(column, 254)} characters.")


def _email(cell: str, rules: Rules) -> str:
    cell = identifiers.bare_address(cell)
    if not cell:
        raise _Fault("There is no email. Fill it in, or remove the row.")
    if not rules.is_email(cell):
        raise _Fault("This is not an email address. Write one like name@company.com.")
    return cell


def _clearable(cell: str) -> str | None:
    return "" if cell == CLEARED else cell or None


def _language(cell: str) -> str | None:
    if not cell or cell == CLEARED:
        return _clearable(cell)
    read = languages.read(cell)
    if read is None:
        raise _Fault(f"This language is not available. Use one of {', '.join(LANGUAGES)}.")
    return read


def _number(cell: str, default_country: str) -> str | None:
    if not cell or cell == CLEARED:
        return _clearable(cell)
    if _SHORTENED.fullmatch(cell):
        raise _Fault("A spreadsheet has shortened this number. Make the column text, and type it again.")
    number = identifiers.parse(cell, default_country)
    if isinstance(number, PhoneNumber):
        return number.e164
    raise _Fault(f"{identifiers.Fault.NO_COUNTRY if isinstance(number, identifiers.Email) else number}.")


def _roles(cell: str) -> tuple[str, ...] | None:
    wanted = frozenset(it for it in _BETWEEN_ROLES.split(cell.lower()) if it)
    if not wanted:
        return None
    if strange := sorted(wanted - set(flex_roles.ROLES)):
        raise _Fault(f"{', '.join(strange)[:100]}: not a role of Flex. Use one of {', '.join(flex_roles.ROLES)}.")
    if fault := flex_roles.fault(wanted):
        raise _Fault(fault)
    return tuple(role for role in flex_roles.ROLES if role in wanted)


def _yes_or_no(cell: str) -> bool | None:
    answer = cell.casefold()
    if answer and answer not in YES | NO:
        raise _Fault("Write yes or no.")
    return answer in YES if answer else None


READERS: Mapping[Column, Callable[[str, Rules], Any]] = {
    Column.EMAIL: _email,
    Column.FULL_NAME: lambda cell, _: cell or None,
    Column.NUMBER: lambda cell, rules: _number(cell, rules.default_country),
    Column.DEPARTMENT: lambda cell, _: _clearable(cell),
    Column.ROLES: lambda cell, _: _roles(cell),
    Column.MAY_SIGN_IN: lambda cell, _: _yes_or_no(cell),
    Column.MAY_USE_APP: lambda cell, _: _yes_or_no(cell),
    Column.LANGUAGE: lambda cell, _: _language(cell),
}
"""The parser of each column. It runs for a missing column too. Each raises _Fault."""


def emails(read: Read) -> Iterator[str]:
    """Yield the emails of all rows that have one, in the form in which they are compared."""
    yield from (it.email.lower() for it in read.rows)
    yield from (it.who.lower() for it in read.problems if it.who)
