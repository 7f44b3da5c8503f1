"""The life of an import: take in the file, show the plan, write it in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from idp.agents import locks
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.importing import existing, people, planning, reading, reading_rules, sheet, writing
from idp.importing.models import Import, ImportedAgent
from idp.importing.people import Known, Limits
from idp.importing.planning import Plan
from idp.importing.writing import Progress, Written
from idp.sql.batches import PER_STATEMENT

CHANGED_MEANWHILE = "Somebody has changed people since. Check what the file would do now."
DONE_ALREADY = "This import has already been applied."
DISCARDED = "This file has been discarded meanwhile. Nothing was changed."


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

    def known(self) -> list[Known]:
        """Return everyone who exists, and what the importer may not change of them."""
        return existing.known(self.within, operators=self.operators, by=self.by)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and the people who existed when it was made."""

    plan: Plan
    known: Sequence[Known]


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
    known = importer.known()
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
    if importer.known() != prepared.known:
        raise Refused(CHANGED_MEANWHILE)
    written = unless_taken(lambda: writing.write(plan.changes, importer.name, importer.origin, now, progress))
    waiting.applied_at, waiting.content, waiting.wrote = now, b"", _counts(plan)
    waiting.save(update_fields=["applied_at", "content", "wrote"])
    ImportedAgent.objects.bulk_create([_kept(waiting, it) for it in written], batch_size=PER_STATEMENT)
    detail = f"{_summary(waiting.wrote)}, by {importer.name}"
    events.record(Kind.IMPORTED, importer.origin, now, detail=detail)
    return written


def unless_taken(act: Callable[[], list[Written]]) -> list[Written]:
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
