"""The undo of an import: everyone as they were before it, unless somebody has changed them since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from idp.agents import locks
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.importing import people, writing
from idp.importing.imports import Importer, Refused, unless_taken
from idp.importing.models import Import, ImportedAgent
from idp.importing.people import Change, Known, Limits, Person
from idp.sql.batches import batches

NO_UNDO = "This import can no longer be undone."
NAMED = 5
"""How many objections to an undo are spelled out."""


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of an undo: the people it restored, deleted, or had to leave, switched off."""

    back: int
    removed: int
    kept: tuple[str, ...]


@transaction.atomic
def undo(done: Import, importer: Importer, now: datetime) -> Undone:
    """Restore everyone to their state before an import. Raises Refused if someone was changed since."""
    held = Import.objects.select_for_update().get(pk=done.pk)
    if not held.can_be_undone(now):
        raise Refused(NO_UNDO)
    rows = list(done.agents.order_by("pk"))
    changes = [_change_of(it) for it in rows]
    locks.hold_agents(it.id for it in changes if it.id)
    known = importer.known()
    if objections := _objections(changes, known, importer.limits):
        more = f" And {len(objections) - NAMED} more." if len(objections) > NAMED else ""
        raise Refused(f"Nothing was undone. {' '.join(objections[:NAMED])}{more}")
    removed = _remove_untouched([it.id for it in changes if it.before is None and it.id])
    back = _back(changes)
    claimed = {it.after.number for it in back}
    stay = [it for it in changes if it.before is None and it.id not in removed]
    off = [Change(None, it.id, it.after, _switched_off(it.after, claimed)) for it in stay]
    unless_taken(lambda: writing.write([*back, *off], f"{importer.name}, undone import", importer.origin, now))
    Import.objects.filter(pk=done.pk).update(undone_at=now, undone_by=importer.by)
    detail = f"{len(back)} put back, {len(removed)} removed, {len(off)} switched off, by {importer.name}"
    events.record(Kind.IMPORT_UNDONE, importer.origin, now, detail=detail)
    return Undone(len(back), len(removed), tuple(it.after.full_name for it in stay))


def changes_back(done: Import) -> list[Change]:
    """Return what undoing an import changes of people who were there before it."""
    return _back([_change_of(it) for it in done.agents.all()])


def _back(changes: Sequence[Change]) -> list[Change]:
    return [Change(None, it.id, it.after, it.before) for it in changes if it.before is not None]


def _change_of(row: ImportedAgent) -> Change:
    after = people.from_json(row.after)
    assert after is not None  # noqa: S101 - the column is never null
    return Change(None, row.agent_id, people.from_json(row.before), after)


def _objections(changes: Sequence[Change], known: Sequence[Known], limits: Limits | None) -> list[str]:
    """Return whose later changes prevent an undo, and why."""
    here = {it.id: it for it in known}
    own = {it.id for it in changes}
    others = {it.person.number: it for it in known if it.id not in own and it.person.number}
    reasons = []
    for it in changes:
        present_one = here.get(it.id) if it.id else None
        number = it.before.number if it.before else ""
        if present_one and present_one.stranger:
            reasons.append(f"{it.after.email}: {present_one.locked}")
        elif present_one is None or present_one.person != it.after or (it.before is None and present_one.is_operator):
            reasons.append(f"{it.after.full_name} ({it.after.email}) was changed since.")
        elif present_one.locked:
            reasons.append(f"{it.after.email}: {present_one.locked}")
        elif number in others:
            holder = others[number]
            who = "Somebody else" if holder.stranger else holder.person.full_name
            reasons.append(f"{who} has the former number of {it.after.full_name}.")
        elif limits and it.before and (beyond := next(limits.faults(it.before), None)):
            reasons.append(f"{it.after.full_name}: {beyond[1]}")
    return reasons


def _remove_untouched(new: Sequence[UUID]) -> set[UUID]:
    """Delete the new people about which nothing else is stored. Returns their ids."""
    removed: set[UUID] = set()
    for some in batches(new):
        agents = Agent.objects.filter(pk__in=some)
        untouched = list(agents.filter(devices=None, events=None, assertions=None, passes=None, safe_listings=None))
        Agent.objects.filter(pk__in=[it.pk for it in untouched]).delete()
        removed |= {it.pk for it in untouched}
    return removed


def _switched_off(person: Person, claimed: set[str]) -> Person:
    """Return a new person that the trail names. They stay, switched off, without a number that another gets back."""
    return replace(person, may_sign_in=False, number="" if person.number in claimed else person.number)
