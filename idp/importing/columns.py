"""The columns of an import file, and the headings by which each is recognised. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

_BESIDE_LETTERS = re.compile(r"[\W_]+")


class Column(StrEnum):
    """The columns of a file. The value is the heading that an export writes."""

    EMAIL = "Email"
    FULL_NAME = "Full name"
    NUMBER = "Mobile number"
    DEPARTMENT = "Department"
    ROLES = "Roles"
    MAY_SIGN_IN = "May sign in"
    MAY_USE_APP = "May use app"
    LANGUAGE = "Language"


ALSO = {
    Column.EMAIL: ("email address", "mail", "user name", "login", "correo", "correo electrónico", "work email"),
    Column.FULL_NAME: ("name", "display name", "agent", "nombre", "nombre completo", "nome", "nom"),
    Column.NUMBER: (
        *("number", "mobile", "phone", "phone number", "mobile phone", "cell", "cell phone", "telephone"),
        *("teléfono", "móvil", "celular", "telefone", "téléphone", "portable", "telefon", "handy", "mobilnummer"),
    ),
    Column.DEPARTMENT: ("team", "group", "dept", "departamento", "equipo", "département", "abteilung"),
    Column.ROLES: ("role", "flex roles", "flex role"),
    Column.MAY_SIGN_IN: ("active", "enabled", "is active"),
    Column.MAY_USE_APP: ("authenticator app", "may use an authenticator app", "app"),
    Column.LANGUAGE: ("preferred language", "locale", "idioma", "sprache", "langue"),
}
"""Other accepted headings. All are accepted in any case, spacing and punctuation, with or without accents."""


def read(headings: Sequence[str]) -> tuple[dict[Column, int], list[str], list[Column]]:
    """Find the columns. Returns each one's position, the unknown headings, and the columns that occur twice."""
    found: dict[Column, int] = {}
    strange, twice = [], []
    for place, heading in enumerate(headings):
        column = _KNOWN.get(_bare(heading))
        if column is None:
            strange += [" ".join(heading.split())[:40]] if heading.strip() else []
        elif column in found:
            twice.append(column)
        else:
            found[column] = place
    return found, strange, twice


def _bare(heading: str) -> str:
    apart = unicodedata.normalize("NFD", heading.casefold())  # accents become characters of their own
    return _BESIDE_LETTERS.sub("", apart)


_KNOWN = {_bare(name): column for column in Column for name in (column.value, *ALSO[column])}
