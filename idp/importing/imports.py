"""The life of an import: read the file, show the plan, write it in one transaction, undo it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from idp.agents import locks
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.importing import existing, people, planning, reading, reading_rules, sheet, writing
from idp.importing.models import Import, ImportedAgent
from idp.importing.people import Change, Known, Limits, Person
from idp.importing.planning import Plan
from idp.importing.writing import Progress, Written
from idp.sql.batches import PER_STATEMENT, batches

CHANGED_MEANWHILE = "Somebody has changed people since. Check what the file would do now."
DONE_ALREADY = "This import has already been applied."
DISCARDED = "This file has been discarded meanwhile. Nothing was changed."
NO_UNDO = "This import can no longer be undone."
NAMED = 5


class Refused(Exception):
    """Nothing was written. The message says why."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: an operator, or None at the command line; which people they may change, and within which limits."""

    by: Agent | None
    within: QuerySet[Agent]
    operators: bool
    origin: Origin
    limits: Limits | None = None

    @property
    def name(self) -> str:
        """Return the importer's name in the trail."""
        return events.name_of(self.by)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and the people who existed when it was made."""

    plan: Plan
    known: Sequence[Known]


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of an undo: the people it restored, deleted, or had to leave, switched off."""

    back: int
    removed: int
    kept: tuple[str, ...]


def take_in(
    content: bytes, file_name: str, importer: Importer, now: datetime, *, missing_off: bool, most_missing: int
) -> Import:
    """Store a file until it is written. Raises UnreadableFile."""
    read(content)
    return Import.objects.create(
        made_at=now,
        by=importer.by,
        file_name=file_name[-100:] or "file",
        content=content,
        missing_off=missing_off,
        most_missing=most_missing,
    )


def read(content: bytes) -> reading.Read:
    """Read a file by the rules of this installation. Raises UnreadableFile."""
    return reading.read(sheet.read(content), reading_rules.from_settings())


def prepare(waiting: Import, importer: Importer) -> Prepared:
    """Return what a file would change now. Raises UnreadableFile if the stored file has been damaged."""
    known = existing.known(importer.within, operators=importer.operators)
    content = read(bytes(waiting.content))
    off, most = waiting.missing_off, waiting.most_missing
    departments = existing.departments()
    plan = planning.plan(content, known, departments, limits=importer.limits, missing_off=off, most_missing=most)
    return Prepared(plan, known)


@transaction.atomic
def forget(waiting: Import) -> bool:
    """Delete a waiting file. Returns whether it did: a file that has been written stays, for its undo."""
    held = Import.objects.waiting().select_for_update().filter(pk=waiting.pk).first()
    if held is not None:
        held.delete()
    return held is not None


@transaction.atomic
def write(
    waiting: Import, prepared: Prepared, importer: Importer, now: datetime, progress: Progress = lambda _: None
) -> list[Written]:
    """Write the prepared plan, all of it. Raises Refused if anything has changed since, or the file is gone."""
    held = Import.objects.select_for_update().filter(pk=waiting.pk).first()
    if held is None:
        raise Refused(DISCARDED)
    if held.applied_at is not None:
        raise Refused(DONE_ALREADY)
    plan = prepared.plan
    locks.hold_agents(it.id for it in plan.changes if it.id)
    if existing.known(importer.within, operators=importer.operators) != prepared.known:
        raise Refused(CHANGED_MEANWHILE)
    written = _unless_taken(lambda: writing.write(plan.changes, importer.name, importer.origin, now, progress))
    waiting.applied_at, waiting.content, waiting.wrote = now, b"", _counts(plan)
    waiting.save(update_fields=["applied_at", "content", "wrote"])
    ImportedAgent.objects.bulk_create([_kept(waiting, it) for it in written], batch_size=PER_STATEMENT)
    detail = f"{_summary(waiting.wrote)}, by {importer.name}"
    events.record(Kind.IMPORTED, importer.origin, now, detail=detail)
    return written


@transaction.atomic
def undo(done: Import, importer: Importer, now: datetime) -> Undone:
    """Restore everyone to their state before an import. Raises Refused if someone was changed since."""
    held = Import.objects.select_for_update().get(pk=done.pk)
    if not held.can_be_undone(now):
        raise Refused(NO_UNDO)
    rows = list(done.agents.order_by("pk"))
    changes = [_change_of(it) for it in rows]
    locks.hold_agents(it.id for it in changes if it.id)
    known = existing.known(importer.within, operators=importer.operators)
    if objections := _objections(changes, known, importer.limits):
        more = f" And {len(objections) - NAMED} more." if len(objections) > NAMED else ""
        raise Refused(f"Nothing was undone. {' '.join(objections[:NAMED])}{more}")
    removed = _remove_untouched([it.id for it in changes if it.before is None and it.id])
    back = [Change(None, it.id, it.after, it.before) for it in changes if it.before is not None]
    claimed = {it.after.number for it in back}
    stay = [it for it in changes if it.before is None and it.id not in removed]
    off = [Change(None, it.id, it.after, _switched_off(it.after, claimed)) for it in stay]
    _unless_taken(lambda: writing.write([*back, *off], f"{importer.name}, undone import", importer.origin, now))
    Import.objects.filter(pk=done.pk).update(undone_at=now, undone_by=importer.by)
    detail = f"{len(back)} put back, {len(removed)} removed, {len(off)} switched off, by {importer.name}"
    events.record(Kind.IMPORT_UNDONE, importer.origin, now, detail=detail)
    return Undone(len(back), len(removed), tuple(it.after.full_name for it in stay))


def changed_numbers(done: Import) -> bool:
    """Whether an import gave a known person another number, or took it, so that undoing it changes it back."""
    return any(_change_of(it).changes_number for it in done.agents.all())


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


def _unless_taken(act: Callable[[], list[Written]]) -> list[Written]:
    """Write. Raises Refused if a constraint reports that a concurrent change was first."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError:
        raise Refused(CHANGED_MEANWHILE) from None


def _kept(of: Import, it: Written) -> ImportedAgent:
    before, after = people.to_json(it.change.before), people.to_json(it.change.after)
    return ImportedAgent(of=of, agent=it.agent, before=before, after=after, ended=it.ended)


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
        "switched_off": sum(it.switches_off for it in plan.changes),
        "missing_off": 0 if plan.missing.refused else len(plan.missing.changes),
        "left_out": plan.left_out,
        "other_numbers": sum(it.changes_number for it in plan.changes),
    }


def _summary(wrote: dict[str, int]) -> str:
    return f"{wrote['new']} new, {wrote['changed']} changed, {wrote['switched_off']} switched off"
