"""The access policy as operators edit it: one sheet with all rules, saved to the draft as a whole.

Its rules are model instances that need not be stored. The page carries the sheet that it shows. If the draft differs
from that sheet when the page comes back, nothing is written, and the operator sees the differences.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from django.db import transaction

from idp.policies.access.rules import Effect, Mode, Policy
from idp.policies.editing import publishing, rule_rows
from idp.policies.editing.differences import Difference, differences
from idp.policies.models import AccessRule, PolicyRevision
from idp.policies.models.revision import DEFAULTS


class Overtaken(Exception):
    """Somebody else saved in the meantime. `now` is the current sheet, `changes` is what they changed."""

    def __init__(self, now: "Sheet", changes: tuple[Difference, ...]) -> None:
        super().__init__("somebody else changed the draft meanwhile")
        self.now, self.changes = now, changes


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rules in order, and what happens if none of them matches."""

    rows: tuple[AccessRule, ...]
    default: str

    @classmethod
    def of(cls, revision: PolicyRevision) -> Self:
        """Return the sheet of a revision."""
        return cls(tuple(revision.rules.all().in_order()), revision.default_effect)

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a sheet that a page carried. Raises ValueError."""
        try:
            stored = json.loads(written)
            rows = tuple(rule_rows.from_json(it) for it in stored["rules"])
            default = str(stored["default"])
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("the sheet cannot be read") from error
        if default not in dict(DEFAULTS):
            raise ValueError("the default allows or denies")
        return cls(rows, default)

    def write(self) -> str:
        """Write the sheet as text. Equal sheets give equal texts."""
        rules = [rule_rows.to_json(row) for row in self.rows]
        return json.dumps({"default": self.default, "rules": rules}, ensure_ascii=False, sort_keys=True)

    @property
    def policy(self) -> Policy:
        """The frozen value that `evaluate` takes; without a number, since it is no revision."""
        return Policy(tuple(row.rule for row in self.rows), Effect(self.default))

    @property
    def keys(self) -> list[str]:
        """The keys of its rules, in order."""
        return [str(row.key) for row in self.rows]

    def row(self, key: str) -> AccessRule | None:
        """Return the row of that key, if there is one."""
        return next((row for row in self.rows if str(row.key) == key), None)

    def ordered(self, keys: Iterable[str]) -> Self:
        """Put the rules in this order. Rules that it does not name stay after the rule before them."""
        wanted = [it for it in dict.fromkeys(keys) if self.row(it)]
        for place, key in enumerate(self.keys):
            if key not in wanted:
                after = self.keys[place - 1] if place else None
                wanted.insert(wanted.index(after) + 1 if after else 0, key)
        found = {str(row.key): row for row in self.rows}
        return replace(self, rows=tuple(found[it] for it in wanted))

    def moved(self, key: str, steps: int) -> Self:
        """Exchange a rule with its neighbour above (-1) or below (1); at either end nothing happens."""
        keys = self.keys
        at = keys.index(key) if key in keys else -1
        if at < 0 or not 0 <= at + steps < len(keys):
            return self
        keys[at], keys[at + steps] = keys[at + steps], keys[at]
        return self.ordered(keys)

    def with_modes(self, modes: dict[str, Mode]) -> Self:
        """Set the modes of the rules with these keys."""
        rows = (rule_rows.copy(row, pk=row.pk, mode=modes.get(str(row.key), row.mode)) for row in self.rows)
        return replace(self, rows=tuple(rows))

    def without(self, key: str) -> Self:
        """Remove a rule."""
        return replace(self, rows=tuple(row for row in self.rows if str(row.key) != key))

    def with_rule(self, row: AccessRule, place: int | None = None) -> Self:
        """Replace the rule with the same key; if there is none, insert at `place` (from 0), or at the end."""
        if self.row(str(row.key)):
            return replace(self, rows=tuple(row if it.key == row.key else it for it in self.rows))
        at = len(self.rows) if place is None else place
        return replace(self, rows=(*self.rows[:at], row, *self.rows[at:]))


def shown() -> Sheet:
    """Return what an operator edits next: the draft, or else the revision in force."""
    return Sheet.of(publishing.edited())


@transaction.atomic
def keep(wanted: Sheet, looked_at: Sheet, author: UUID | None = None) -> bool:
    """Save a sheet to the draft, and tell whether that changed anything.

    Raises Overtaken, and writes nothing, if the current sheet is not the one that the operator looked at.
    """
    PolicyRevision.objects.all().hold()
    now = shown()
    if now.write() == wanted.write():
        return False
    if now.write() != looked_at.write():
        raise Overtaken(now, differences(looked_at.policy, now.policy))
    draft = publishing.begin_draft(author)
    draft.default_effect = wanted.default
    draft.save()
    kept = dict(draft.rules.values_list("key", "pk"))
    draft.rules.all().delete()
    AccessRule.objects.bulk_create(
        rule_rows.copy(row, pk=kept.get(row.key), revision=draft, position=place)
        for place, row in enumerate(wanted.rows, start=1)
    )
    return True


def merged(mine: Sheet, base: Sheet, now: Sheet) -> Sheet:
    """Apply to `now` what an operator changed between `base` and `mine`: order, modes and default."""
    modes = {
        key: Mode(row.mode)
        for key, row in ((key, mine.row(key)) for key in now.keys)
        if row and (was := base.row(key)) and was.mode != row.mode
    }
    ordered = now.ordered(mine.keys) if mine.keys != base.keys else now
    default = mine.default if mine.default != base.default else now.default
    return replace(ordered.with_modes(modes), default=default)
