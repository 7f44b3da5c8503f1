"""Files of agents, for the admin and the command line: imports, undoing them, and exports."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.importing import existing, exporting, imports, undoing
from idp.importing.imports import Importer, Prepared
from idp.importing.models import Import
from idp.importing.people import Limits
from idp.importing.undoing import Undone
from idp.importing.writing import Progress, Written
from idp.sql.batches import PER_STATEMENT
from idp.web import safe_list_run
from idp.web.departments import reach


def importer(by: Agent | None, origin: Origin) -> Importer:
    """Return the importer. The command line has a superuser's rights."""
    limits = reach.limits_of(by)
    bounds = Limits(tuple(limits.named.values()), limits.grantable) if limits else None
    return Importer(by, reach.agents_for(by), by is None or by.is_superuser, origin, bounds)


@transaction.atomic
def write(
    waiting: Import, prepared: Prepared, who: Importer, now: datetime, progress: Progress = lambda _: None
) -> list[Written]:
    """Write all of a file, and add to each agent's history. Raises Refused."""
    written = imports.write(waiting, prepared, who, now, progress)
    _note(who, written, f"Import of {waiting.file_name}.")
    safe_list_run.after_change(who.origin)
    return written


@transaction.atomic
def undo(done: Import, who: Importer, now: datetime) -> Undone:
    """Undo all of an import. Raises Refused."""
    undone = undoing.undo(done, who, now)
    safe_list_run.after_change(who.origin)
    return undone


def export(who: Importer, now: datetime, chosen: QuerySet[Agent] | None = None) -> Iterator[str]:
    """Return the lines of a file of agents, and record the export in the trail."""
    wanted = set((who.within if chosen is None else who.within & chosen).order_by().values_list("pk", flat=True))
    people = [it.person for it in existing.known(who.within, operators=True) if it.id in wanted]
    detail = f"{len(people)} people, by {who.name}"
    events.record(Kind.EXPORTED, who.origin, now, detail=detail)
    return exporting.lines(people)


def _note(who: Importer, written: Sequence[Written], what: str) -> None:
    """Add to the history that the admin shows of each agent."""
    if who.by is None:
        return
    common: dict[str, Any] = {
        "user_id": who.by.pk,
        "content_type": ContentType.objects.get_for_model(Agent),
        "change_message": what,
    }
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                object_id=str(it.agent.pk),
                object_repr=str(it.agent)[:200],
                action_flag=ADDITION if it.change.before is None else CHANGE,
                **common,
            )
            for it in written
        ],
        batch_size=PER_STATEMENT,
    )
