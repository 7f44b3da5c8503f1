"""Records operators' acts, and those of programs that act for them: on what, with each field before and after.

No secret is recorded: for a secret the trail says that it changed, and for a phone number it has the last digits.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.text import Truncator

from idp.audit import events
from idp.audit.models import Kind, LoginEvent
from idp.sql.batches import PER_STATEMENT

log = structlog.get_logger(__name__)

HIDDEN: Final = "(not shown)"
LONGEST: Final = 300
"""Characters of a value that are kept."""

_SECRET = re.compile("secret|password|token|hash|salt|private|sealed|^key$")
_E164 = re.compile(r"\+[0-9]{7,15}")

Value = str | int | bool | None


class Called(str):
    """The name of a row that another points to. It is never a secret, even if the field's name suggests one."""


Changes = dict[str, list[Value]]


@dataclass(frozen=True, slots=True)
class Thing:
    """What was acted on: its table and key, such as `saml.serviceprovider:7`, and what it is called."""

    about: str
    name: str


def thing(row: Model) -> Thing:
    """Name a row."""
    return Thing(f"{row._meta.label_lower}:{row.pk}", str(row))


NOTHING: Final = Thing("", "")
"""For acts that are about no row."""


def record(kind: Kind, on: Thing, now: datetime, changes: Changes | None = None, detail: str = "") -> LoginEvent | None:
    """Add a line that the current actor acted on something, or did what `detail` says. None without an actor."""
    line = _line(kind, on, now, changes or {}, detail)
    if line is not None:
        line.save(force_insert=True)
        events.log_after_commit([line])
    return line


def record_many(acts: Sequence[tuple[Kind, Thing, Changes]], now: datetime, detail: str = "") -> None:
    """Add a line for each of many acts, in few queries, and log only how many there were."""
    lines = [line for kind, on, changes in acts if (line := _line(kind, on, now, changes, detail)) is not None]
    QuerySet[LoginEvent](LoginEvent).bulk_create(lines, batch_size=PER_STATEMENT)
    transaction.on_commit(partial(log.info, "events", count=len(lines)))


def _line(kind: Kind, on: Thing, now: datetime, changes: Changes, detail: str) -> LoginEvent | None:
    """Return the line, not yet written, or None without an actor."""
    by = events.actor()
    if by is None:
        return None
    by.recorded.add(on.about)
    return LoginEvent(
        at=now,
        kind=kind,
        operator_id=by.operator_id,
        by=by.name[:100],
        about=on.about,
        about_name=Truncator(on.name).chars(200),
        changes=changes,
        detail=Truncator(detail).chars(200),
        address=by.origin.address,
        user_agent=by.origin.user_agent,
        reference=by.origin.reference,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Say what differs between two sets of values by the field's name; what is missing counts as None."""
    names = [*before, *(it for it in after if it not in before)]
    both = {name: (before.get(name), after.get(name)) for name in names}
    return {
        name: [shown(name, old), shown(name, new)]
        for name, (old, new) in both.items()
        if old != new and not (old in _NOTHING and new in _NOTHING)
    }


_NOTHING: tuple[object, ...] = (None, "", [], {})


def shown(name: str, value: Any) -> Value:  # noqa: ANN401 - whatever a field may hold
    """Return a value as the trail keeps it: hidden if its name says that it is secret, a number by its last digits."""
    if value is None or value == "":
        return None
    if isinstance(value, bytes | memoryview) or (_SECRET.search(name) and not isinstance(value, Called | bool)):
        return HIDDEN
    if isinstance(value, bool | int):
        return value
    text = _E164.sub(lambda it: f"…{it.group()[-4:]}", _text(value))
    return Truncator(text).chars(LONGEST)


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
    return str(value)
