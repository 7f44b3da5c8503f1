"""From rows of cells to what they say about people, and the problems of those that cannot be understood. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from idp.agents import roles as flex_roles
from idp.agents.writable import UNWRITABLE
from idp.conf import LANGUAGES
from idp.importing import columns, languages
from idp.importing.columns import Column
from idp.importing.people import Problem, Said
from idp.importing.sheet import Sheet, UnreadableFile
from idp.otp import identifiers
from idp.otp.identifiers import PhoneNumber

CLEARED = "-"
"""A cell that empties what there is, where it may be empty; an empty cell leaves it."""
YES = frozenset("yes y true 1 on x si sí oui ja sim wahr vrai verdadero verdadeiro".split())  # noqa: SIM905 - words
NO = frozenset("no n false 0 off non nein não nao falsch faux falso".split())  # noqa: SIM905 - words
LONGEST = {Column.EMAIL: 254, Column.FULL_NAME: 256, Column.DEPARTMENT: 100}
_SHORTENED = re.compile(r"\+?\d([.,]\d+)?e\+?\d+", re.IGNORECASE)
_BETWEEN_ROLES = re.compile(r"[\s,;|]+")
_UNWRITABLE = re.compile(UNWRITABLE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What reading depends on besides the file: the country of numbers without +, and what counts as an e-mail."""

    default_country: str
    is_email: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says, the rows that were not understood, and headings that mean nothing here."""

    said: tuple[Said, ...]
    problems: tuple[Problem, ...]
    strange_headings: tuple[str, ...]


class _Fault(Exception):
    def __init__(self, column: Column, sentence: str) -> None:
        self.column, self.sentence = column, sentence


def read(sheet: Sheet, rules: Rules) -> Read:
    """Read every row. Raises UnreadableFile where the headings do not tell what is what."""
    places, strange, twice = columns.read(sheet.headings)
    if twice:
        raise UnreadableFile(f"Two columns are called {twice[0]}, or mean the same. Remove one.")
    if Column.EMAIL not in places:
        raise UnreadableFile("The first row names no column E-mail, by which people are told apart.")
    said, problems = [], []
    for row, cells in sheet.rows:
        tidy = {column: _tidy(cells[place]) for column, place in places.items() if place < len(cells)}
        try:
            _check(tidy, beyond=cells[len(sheet.headings) :])
            said.append(_said(row, tidy, rules))
        except _Fault as fault:
            problems.append(Problem(row, tidy.get(Column.EMAIL, "")[:254], fault.column.value, fault.sentence))
    return Read(tuple(said), tuple(problems), tuple(strange))


def _tidy(cell: str) -> str:
    """Make single spaces of all white space, and drop the apostrophe by which spreadsheets mark text."""
    text = " ".join(cell.split())
    return text.removeprefix("'")


def _check(cells: Mapping[Column, str], beyond: Sequence[str]) -> None:
    """Refuse cells that could not be kept as they are, and those that no heading names."""
    if any(cell.strip() for cell in beyond):
        raise _Fault(Column.EMAIL, "There are more cells than headings. Put texts with commas into quotes.")
    for column, cell in cells.items():
        if _UNWRITABLE.search(cell):
            raise _Fault(column, "This holds a character that cannot be written down. Type it again.")
        if len(cell) > LONGEST.get(column, 254):
            raise _Fault(column, f"This is longer than {LONGEST.get(column, 254)} characters.")


def _said(row: int, cells: Mapping[Column, str], rules: Rules) -> Said:
    email = cells.get(Column.EMAIL, "")
    if not email:
        raise _Fault(Column.EMAIL, "There is no e-mail. Fill it in, or remove the row.")
    if not rules.is_email(email):
        raise _Fault(Column.EMAIL, "This is no e-mail. Write one like name@company.com.")
    return Said(
        row,
        email,
        full_name=cells.get(Column.FULL_NAME) or None,
        number=_number(cells.get(Column.NUMBER, ""), rules.default_country),
        department=_clearable(cells.get(Column.DEPARTMENT, "")),
        roles=_roles(cells.get(Column.ROLES, "")),
        may_sign_in=_yes_or_no(Column.MAY_SIGN_IN, cells),
        may_use_app=_yes_or_no(Column.MAY_USE_APP, cells),
        language=_language(cells.get(Column.LANGUAGE, "")),
    )


def _clearable(cell: str) -> str | None:
    return "" if cell == CLEARED else cell or None


def _language(cell: str) -> str | None:
    if not cell or cell == CLEARED:
        return _clearable(cell)
    read = languages.read(cell)
    if read is None:
        raise _Fault(Column.LANGUAGE, f"This is none of the languages: {', '.join(LANGUAGES)}.")
    return read


def _number(cell: str, default_country: str) -> str | None:
    if not cell or cell == CLEARED:
        return _clearable(cell)
    if _SHORTENED.fullmatch(cell):
        raise _Fault(Column.NUMBER, "A spreadsheet has shortened this number. Make the column text, and type it again.")
    number = identifiers.parse(cell, default_country)
    if isinstance(number, PhoneNumber):
        return number.e164
    raise _Fault(Column.NUMBER, f"{identifiers.Fault.NO_COUNTRY if isinstance(number, identifiers.Email) else number}.")


def _roles(cell: str) -> tuple[str, ...] | None:
    wanted = frozenset(it for it in _BETWEEN_ROLES.split(cell.lower()) if it)
    if not wanted:
        return None
    if strange := sorted(wanted - set(flex_roles.ROLES)):
        raise _Fault(
            Column.ROLES, f"{', '.join(strange)[:100]}: no role of Flex. There are {', '.join(flex_roles.ROLES)}."
        )
    if fault := flex_roles.fault(wanted):
        raise _Fault(Column.ROLES, fault)
    return tuple(role for role in flex_roles.ROLES if role in wanted)


def _yes_or_no(column: Column, cells: Mapping[Column, str]) -> bool | None:
    cell = cells.get(column, "").casefold()
    if cell and cell not in YES | NO:
        raise _Fault(column, "Write yes or no.")
    return cell in YES if cell else None


def emails(read: Read) -> Iterator[str]:
    """Return the e-mails of all rows that have one, as people are told apart by them."""
    yield from (it.email.lower() for it in read.said)
    yield from (it.who.lower() for it in read.problems if it.who)
