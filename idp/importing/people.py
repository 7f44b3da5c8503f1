"""A person as an import file describes them, before and after. Pure."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from idp.agents.roles import powers_given
from idp.importing.columns import Column


@dataclass(frozen=True, slots=True)
class Person:
    """All columns of a person. The number is in E.164 or empty; roles are in the order of the fixed list."""

    email: str
    full_name: str = ""
    number: str = ""
    department: str = ""
    roles: tuple[str, ...] = ()
    may_sign_in: bool = True
    may_use_app: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A person who exists. `locked` says why a file may not change them, `kept_on` why not switch them off, if at all.

    A `stranger` is locked, and an import may reveal only that they exist.
    """

    id: UUID
    person: Person
    is_operator: bool = False
    locked: str = ""
    stranger: bool = False
    kept_on: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The departments and roles that an importer may assign."""

    departments: tuple[str, ...]
    roles: frozenset[str]

    def faults(self, person: Person) -> Iterator[tuple[Column, str]]:
        """Yield what exceeds the limits: column and reason."""
        if person.department.lower() not in {it.lower() for it in self.departments}:
            named = ", ".join(self.departments) or "none"
            yield Column.DEPARTMENT, f"Choose one of your departments: {named}."
        if beyond := [it for it in person.roles if it not in self.roles]:
            yield Column.ROLES, f"You may not give: {', '.join(beyond)}."


@dataclass(frozen=True, slots=True)
class RowValues:
    """The content of one row. None is an empty cell or a missing column, and changes nothing."""

    row: int
    email: str
    full_name: str | None = None
    number: str | None = None
    department: str | None = None
    roles: tuple[str, ...] | None = None
    may_sign_in: bool | None = None
    may_use_app: bool | None = None
    language: str | None = None

    def of(self, person: Person) -> Person:
        """Return the person with the row's values. A known person's email keeps its current spelling."""
        values = {name: getattr(self, name) for name in FIELDS}
        return replace(person, **{name: value for name, value in values.items() if value is not None})


FIELDS = ("full_name", "number", "department", "roles", "may_sign_in", "may_use_app", "language")
COLUMN_OF = {
    "full_name": Column.FULL_NAME,
    "number": Column.NUMBER,
    "department": Column.DEPARTMENT,
    "roles": Column.ROLES,
    "may_sign_in": Column.MAY_SIGN_IN,
    "may_use_app": Column.MAY_USE_APP,
    "language": Column.LANGUAGE,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is left out, and how to fix it. `row` counts as a spreadsheet does; `who` is the email, if any."""

    row: int
    who: str
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """A person who is added (`before` is None) or changed. `row` is None for someone absent from the file."""

    row: int | None
    id: UUID | None
    before: Person | None
    after: Person

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Return the columns that change: heading, before and after, as a file would write them."""
        old = as_cells(self.before or Person(self.after.email))
        new = as_cells(self.after)
        return [(column.value, old[column], new[column]) for column in COLUMN_OF.values() if old[column] != new[column]]

    @property
    def changes_number(self) -> bool:
        """Whether a known person gets another number, or loses theirs."""
        return self.before is not None and self.before.number != self.after.number

    @property
    def gives_power(self) -> bool:
        """Whether someone gets a role beyond that of an agent."""
        return bool(powers_given(self.before.roles if self.before else (), self.after.roles))

    @property
    def switches_off(self) -> bool:
        """Whether someone who may sign in no longer could."""
        return self.before is not None and self.before.may_sign_in and not self.after.may_sign_in

    @property
    def switches_on(self) -> bool:
        """Whether someone who could not sign in may do so again."""
        return self.before is not None and not self.before.may_sign_in and self.after.may_sign_in


def as_cells(person: Person) -> dict[Column, str]:
    """Return a person as a row of a file."""
    return {
        Column.EMAIL: person.email,
        Column.FULL_NAME: person.full_name,
        Column.NUMBER: person.number,
        Column.DEPARTMENT: person.department,
        Column.ROLES: " ".join(person.roles),
        Column.MAY_SIGN_IN: "yes" if person.may_sign_in else "no",
        Column.MAY_USE_APP: "yes" if person.may_use_app else "no",
        Column.LANGUAGE: person.language,
    }


def to_json(person: Person | None) -> dict[str, Any] | None:
    """Return a person as plain values for the database."""
    return asdict(person) if person else None


def from_json(stored: dict[str, Any] | None) -> Person | None:
    """Return the person that `to_json` wrote."""
    return Person(**{**stored, "roles": tuple(stored["roles"])}) if stored else None
