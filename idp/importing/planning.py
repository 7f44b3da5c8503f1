"""Compares the rows of a file with the people who exist, and returns the changes as a plan. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from idp.importing import reading
from idp.importing.columns import Column
from idp.importing.people import Change, Known, Limits, Person, Problem, RowValues
from idp.importing.reading import Read

TAKEN = "This number belongs to {who}. Give them another number first, in this file if you like."
TAKEN_BY_A_STRANGER = "Somebody else has this number."
TWICE = "The same {what} is also in {where}. Keep one of them."
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Missing:
    """Who is absent from the file and would be switched off, out of how many. `refused` says why this is not done."""

    changes: tuple[Change, ...] = ()
    of: int = 0
    refused: str = ""

    @property
    def share(self) -> int:
        """Return the share of those who may sign in, in per cent, rounded up."""
        return -(-100 * len(self.changes) // self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a file would do, in the order of its rows."""

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    departments: tuple[str, ...]
    strange_headings: tuple[str, ...]
    missing: Missing

    @property
    def left_out(self) -> int:
        """Return how many rows have problems."""
        return len({it.row for it in self.problems})

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return all changes to be written."""
        return self.new + self.changed + (() if self.missing.refused else self.missing.changes)

    @property
    def fingerprint(self) -> str:
        """Return a digest that is equal as long as changes and problems are."""
        return hashlib.sha256(repr((self.changes, self.problems)).encode("utf-8", "backslashreplace")).hexdigest()


def plan(
    read: Read,
    known: Sequence[Known],
    departments: Collection[str],
    *,
    limits: Limits | None = None,
    missing_off: bool = False,
    most_missing: int = 0,
) -> Plan:
    """Return what a file would do to the known people, within the importer's limits, if there are any.

    `missing_off` switches off people who are absent from the file, unless they are more than `most_missing` per cent of
    those who may sign in. Absence never switches an operator off.
    """
    here = {it.person.email.lower(): it for it in known}
    names = {it.lower(): it for it in departments}
    wanted, problems = _wanted(read.rows, here, dict(names), limits)
    problems += _without_conflicts(wanted, here)
    problems += _besides(read, here, limits)
    changes = [_change(it, here.get(key), person) for key, (it, person) in wanted.items()]
    used = {it.after.department for it in changes if it.after.department}
    return Plan(
        new=tuple(it for it in changes if it.before is None),
        changed=tuple(it for it in changes if it.before is not None and it.before != it.after),
        unchanged=sum(it.before == it.after for it in changes),
        problems=tuple(sorted((*read.problems, *problems), key=lambda it: it.row)),
        departments=tuple(sorted(it for it in used if it.lower() not in names)),
        strange_headings=read.strange_headings,
        missing=_missing(read, known, most_missing) if missing_off else Missing(),
    )


_Wanted = dict[str, tuple[RowValues, Person]]


def _wanted(
    rows: Sequence[RowValues], here: Mapping[str, Known], departments: dict[str, str], limits: Limits | None
) -> tuple[_Wanted, list[Problem]]:
    """Return what rows would make of people, by email, and the problems of rows that cannot be done."""
    rows_of = _rows((it.email.lower(), it.row) for it in rows)
    wanted: _Wanted = {}
    problems = []
    for it in rows:
        key = it.email.lower()
        known = here.get(key)
        if it.department:
            it = replace(it, department=departments.setdefault(it.department.lower(), it.department))  # noqa: PLW2901
        person = it.of(known.person if known else Person(it.email))
        if len(rows_of[key]) > 1:
            problems.append(Problem(it.row, it.email, Column.EMAIL.value, _twice("email", it.row, rows_of[key])))
        elif faults := list(_faults(person, known, limits)):
            problems += [Problem(it.row, it.email, *fault) for fault in faults]
        else:
            wanted[key] = it, person
    return wanted, problems


def _besides(read: Read, here: Mapping[str, Known], limits: Limits | None) -> Iterator[Problem]:
    """Yield the other problems of rows that were only partly read, so that one review shows them all."""
    named = {(it.row, it.column) for it in read.problems}
    for it in read.misread:
        if (it.row, Column.EMAIL.value) in named:
            continue  # an unknown person
        known = here.get(it.email.lower())
        for column, sentence in _faults(it.of(known.person if known else Person(it.email)), known, limits):
            if (it.row, column) not in named:
                yield Problem(it.row, it.email, column, sentence)


def _faults(person: Person, known: Known | None, limits: Limits | None) -> Iterator[tuple[str, str]]:
    """Yield why this cannot be written, by column."""
    if known and known.stranger:
        yield Column.EMAIL.value, known.locked
        return
    if known and person == known.person:
        return
    if known and known.locked:
        yield Column.EMAIL.value, known.locked
        return
    if known and known.kept_on and known.person.may_sign_in and not person.may_sign_in:
        yield Column.MAY_SIGN_IN.value, known.kept_on
    if not person.full_name:
        yield Column.FULL_NAME.value, "A new person needs a full name."
    if not person.roles and not (known and known.is_operator):
        yield Column.ROLES.value, "A new person needs a role, such as agent." if known is None else "Fill in a role."
    if limits:
        yield from limits.faults(person)


def _rows(found: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Return the row numbers for each value."""
    rows: dict[str, list[int]] = {}
    for it, row in found:
        rows.setdefault(it, []).append(row)
    return rows


def _twice(what: str, row: int, rows: Sequence[int]) -> str:
    """Return a sentence that names the other rows with the same value."""
    others = [str(it) for it in islice((it for it in rows if it != row), MOST_NAMED)]
    more = len(rows) - 1 - len(others)
    where = f"row{'' if len(others) == 1 else 's'} {', '.join(others)}{f' and {more} more' if more else ''}"
    return TWICE.format(what=what, where=where)


def _without_conflicts(wanted: _Wanted, here: Mapping[str, Known]) -> list[Problem]:
    """Remove rows whose number would belong to two people, until none is left. Returns their problems.

    Whoever loses a row keeps their number, so a row that gives it to somebody else is lost too. In a file whose
    numbers have slipped by a row, that goes on to the other end.
    """
    in_file = _rows((person.number, it.row) for it, person in wanted.values() if person.number)
    kept = {it.person.number: it for key, it in here.items() if it.person.number and key not in wanted}
    claims = _claims(wanted, here)
    contested = [(it, kept.get(it)) for it in claims if it in kept or len(in_file[it]) > 1]
    problems: list[Problem] = []
    for number, holder in contested:  # grows meanwhile
        for key in claims.pop(number, ()):
            it, _ = wanted.pop(key)
            sentence = _taken(holder) if holder else _twice("number", it.row, in_file[number])
            problems.append(Problem(it.row, it.email, Column.NUMBER.value, sentence))
            if key in here:
                contested.append((here[key].person.number, here[key]))
    return problems


def _claims(wanted: _Wanted, here: Mapping[str, Known]) -> dict[str, list[str]]:
    """Return by number whom the file gives it that they do not have yet."""
    claims: dict[str, list[str]] = {}
    for key, (_, person) in wanted.items():
        before = here[key].person.number if key in here else ""
        if person.number not in ("", before):
            claims.setdefault(person.number, []).append(key)
    return claims


def _taken(by: Known) -> str:
    """Return who has a number already, if the importer may know."""
    who = by.person
    return TAKEN_BY_A_STRANGER if by.stranger else TAKEN.format(who=f"{who.full_name or who.email} ({who.email})")


def _missing(read: Read, known: Sequence[Known], most: int) -> Missing:
    able = [it for it in known if it.person.may_sign_in and not it.is_operator and not it.locked]
    present = set(reading.emails(read))
    absent = [it for it in able if it.person.email.lower() not in present]
    changes = tuple(Change(None, it.id, it.person, replace(it.person, may_sign_in=False)) for it in absent)
    missing = Missing(changes, len(able))
    emails = {it.person.email.lower() for it in known}
    if any(it.column == Column.EMAIL.value and it.who.lower() not in emails for it in read.problems):
        return replace(missing, refused="A row without a readable email could be anybody's. Fix it first.")
    if not read.rows:
        return replace(missing, refused="No row of the file could be read.")
    if missing.share > most:
        sentence = f"That would be {missing.share} % of those who may sign in, more than the {most} % you allow."
        return replace(missing, refused=sentence)
    return missing


def _change(row: RowValues, known: Known | None, person: Person) -> Change:
    return Change(row.row, known.id if known else None, known.person if known else None, person)
