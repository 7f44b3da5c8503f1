"""Writes the page of all conditions: python -m tests.docs.conditions_page > docs/reference/conditions.md."""

import sys
from datetime import time
from enum import StrEnum
from typing import get_args

from idp.policies.access.conditions import KINDS, field_types
from tests.docs.pages import note, table

TEXT = """# Conditions of access rules

{note}

This page lists the conditions that an access rule can have, for anyone who writes rules in the admin or in [a
file](../how-to/rules-in-a-file.md).

- All conditions of a rule must hold.
- `negated`, `under` and `outside` invert a condition. They are `false` by default.
- A fact that is unknown never allows and always denies: see [access policy](../explanation/access-policy.md).
- In the database and in files, a condition has `kind` and all of these fields.

{conditions}
"""


def page():
    rows = [
        (f"`{tag}`", it.label, " ".join((it.__doc__ or "").split()), fields(it)) for tag, it in sorted(KINDS.items())
    ]
    conditions = table("Kind", "In the admin", "Holds if", "Fields", rows=rows)
    return TEXT.format(note=note("conditions"), conditions=conditions)


def fields(kind):
    return "; ".join(f"`{name}`: {_type(it)}" for name, it in field_types(kind).items())


def _type(it):
    if get_args(it):
        return f"list of {_type(get_args(it)[0])}"
    if issubclass(it, StrEnum):
        return ", ".join(f"`{member.value}`" for member in it)
    return {str: "text", int: "number", bool: "true or false", time: "time such as `08:00`"}[it]


if __name__ == "__main__":
    sys.stdout.write(page())
