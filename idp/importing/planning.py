"""What a file would change: read rows held against who is here. Pure: values in, a plan out."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from idp.importing import reading
from idp.importing.columns import Column
from idp.importing.people import Change, Known, Limits, Person, Problem, Said
from idp.importing.reading import Read

TAKEN = "This number belongs to {who}. Give them another one, in this file too if you like."
TAKEN_BY_A_STRANGER = "Somebody else has this number."
TWICE = "The same {what} stands in another row. Leave one of them."


@dataclass(frozen=True, slots=True)
class Missing:
    """Who is absent from the file and would be switched off, out of how many; `refused` says why it is not done."""

    changes: tuple[Change, ...] = ()
    of: int = 0
    refused: str = ""

    @property
    def share(self) -> int:
        """The per cent of those who may sign in, rounded up."""
        return -(-100 * len(self.changes) // self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a file would do, in the order of its rows."""

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    departments: tuple[str, ...]
    strange_headings: tuple[str, ...]
    missing: Missing

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything to be written."""
        return self.new + self.changed + (() if self.missing.refused else self.missing.changes)

    @property
    def fingerprint(self) -> str:
        """What is the same as long as the same would be done."""
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
    """Say what a file would do to the people who are known, within the limits of whoever brings it, if there are any.

    `missing_off` switches off who is absent from the file, unless that is more than `most_missing` per cent of those
    who may sign in. Operators are never switched off by their absence.
    """
    here = {it.person.email.lower(): it for it in known}
    names = {it.lower(): it for it in departments}
    wanted, problems = _wanted(read.said, here, dict(names), limits)
    problems += _without_conflicts(wanted, here)
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


_Wanted = dict[str, tuple[Said, Person]]


def _wanted(
    said: Sequence[Said], here: Mapping[str, Known], departments: dict[str, str], limits: Limits | None
) -> tuple[_Wanted, list[Problem]]:
    """Return what rows want people to be, by e-mail, and the problems of those that want what cannot be."""
    twice = {key for key, count in Counter(it.email.lower() for it in said).items() if count > 1}
    wanted: _Wanted = {}
    problems = []
    for it in said:
        key = it.email.lower()
        known = here.get(key)
        if it.department:
            it = replace(it, department=departments.setdefault(it.department.lower(), it.department))  # noqa: PLW2901
        person = it.of(known.person if known else Person(it.email))
        if key in twice:
            problems.append(Problem(it.row, it.email, Column.EMAIL.value, TWICE.format(what="e-mail")))
        elif fault := _fault(person, known, limits):
            problems.append(Problem(it.row, it.email, *fault))
        else:
            wanted[key] = it, person
    return wanted, problems


def _fault(person: Person, known: Known | None, limits: Limits | None) -> tuple[str, str] | None:
    """Say why this cannot be written, by column."""
    if known and known.stranger:
        return Column.EMAIL.value, known.locked
    if known and person == known.person:
        return None
    if known and known.locked:
        return Column.EMAIL.value, known.locked
    if not person.full_name:
        return Column.FULL_NAME.value, "Somebody new needs a full name."
    if not person.roles and not (known and known.is_operator):
        return Column.ROLES.value, "Somebody new needs a role, such as agent." if known is None else "Fill in a role."
    return limits.fault(person) if limits else None


def _without_conflicts(wanted: _Wanted, here: Mapping[str, Known]) -> list[Problem]:
    """Take out the rows whose number would be somebody else's too, until none is left. Returns their problems."""
    problems: list[Problem] = []
    while found := list(_conflicts(wanted, here)):
        for key, problem in found:
            del wanted[key]
            problems.append(problem)
    return problems


def _conflicts(wanted: _Wanted, here: Mapping[str, Known]) -> Iterator[tuple[str, Problem]]:
    in_file = Counter(person.number for _, person in wanted.values() if person.number)
    kept = {it.person.number: it for key, it in here.items() if it.person.number and key not in wanted}
    for key, (it, person) in wanted.items():
        before = here[key].person.number if key in here else ""
        if not person.number or person.number == before:
            continue
        if person.number in kept:
            sentence = _taken(kept[person.number])
        elif in_file[person.number] > 1:
            sentence = TWICE.format(what="number")
        else:
            continue
        yield key, Problem(it.row, it.email, Column.NUMBER.value, sentence)


def _taken(by: Known) -> str:
    """Say who has a number already, to whoever may know them."""
    who = by.person
    return TAKEN_BY_A_STRANGER if by.stranger else TAKEN.format(who=f"{who.full_name or who.email} ({who.email})")


def _missing(read: Read, known: Iterable[Known], most: int) -> Missing:
    able = [it for it in known if it.person.may_sign_in and not it.is_operator and not it.locked]
    present = set(reading.emails(read))
    absent = [it for it in able if it.person.email.lower() not in present]
    changes = tuple(Change(None, it.id, it.person, replace(it.person, may_sign_in=False)) for it in absent)
    missing = Missing(changes, len(able))
    if any(not it.who for it in read.problems):
        return replace(missing, refused="A row without an e-mail might be anybody's. Mend it first.")
    if not read.said:
        return replace(missing, refused="No row of the file could be read.")
    if missing.share > most:
        sentence = f"That would be {missing.share} % of those who may sign in, more than the {most} % that you allow."
        return replace(missing, refused=sentence)
    return missing


def _change(said: Said, known: Known | None, person: Person) -> Change:
    return Change(said.row, known.id if known else None, known.person if known else None, person)
