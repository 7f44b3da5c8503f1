"""Writes the trail, in the same transaction as the change that a line records."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from idp import log_lines
from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent
from idp.sql.blank import Blank
from idp.sql.prepared import Insert
from idp.values import value

_INSERT = Insert(LoginEvent)
_LINE = Blank(LoginEvent)
LONGEST_DETAIL = 200
_IDENTIFYING = ("reference", "at", "kind", "agent_id", "device_id", "service", "detail")


@value
class Origin:
    """Where a request came from, as far as it claims: address, user agent, and our reference for it."""

    address: str | None
    user_agent: str
    reference: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, other than an agent who signs in: an operator, a command, a personnel system.

    `recorded` collects the lines that were written meanwhile, by kind or by what they are about. If `watched`, each
    changed row gets its own line.
    """

    name: str
    origin: Origin
    operator_id: UUID | None = None
    watched: bool = True
    recorded: set[str] = field(default_factory=set)


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_waiting: ContextVar[list[LoginEvent] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[list[LoginEvent]]:
    """Write the lines of a transaction in one statement at its end, in order. If it fails, none is written.

    Yields the list of the lines. The block holds the whole transaction, within `atomic`. Until its end, no line has a
    key or can be read. A savepoint that is rolled back keeps its lines, so code that catches such an error must record
    nothing inside it.
    """
    lines: list[LoginEvent] = []
    before = _waiting.set(lines)
    try:
        yield lines
    finally:
        _waiting.reset(before)
    if lines:
        _INSERT.later(*lines)
        log_after_commit(lines)


def were_written(lines: list[LoginEvent]) -> bool:
    """Whether the lines of a transaction are in the trail, after a commit that got no answer. If so, log them.

    Looks for the last line: no request writes two equal ones.
    """
    known = {it: getattr(lines[-1], it) for it in _IDENTIFYING} if lines else {}
    if not known or not LoginEvent.objects.filter(**known).exists():
        return False
    _log(lines)
    return True


def last_line() -> int:
    """Return the ID of the last line that is committed, or 0. Whatever is recorded from now on has a greater one."""
    return LoginEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@contextmanager
def acting(by: Actor | None) -> Iterator[None]:
    """Name the actor in every line that is written in this block, or nobody."""
    before = _actor.set(by)
    try:
        yield
    finally:
        _actor.reset(before)


def actor() -> Actor | None:
    """Return the current actor, or None while an agent signs in."""
    return _actor.get()


def name_of(operator: Agent | None) -> str:
    """Return how a line names the operator who acted, or the command line (None)."""
    return str(operator) if operator else "command line"


@contextmanager
def recorded_as_a_whole() -> Iterator[None]:
    """Give changed rows no line of their own in this block. The caller records one for all of them."""
    by = _actor.get()
    with acting(replace(by, watched=False) if by else None):
        yield


def record(
    kind: Kind,
    origin: Origin,
    now: datetime,
    *,
    agent: Agent | None = None,
    device: Device | None = None,
    detail: str = "",
    **more: Any,
) -> LoginEvent:
    """Add a line to the trail, and log it after the commit without personal data. A long `detail` is cut."""
    by = _actor.get()
    if by is not None:
        by.recorded.add(kind)
    line = _LINE(
        at=now,
        kind=kind,
        agent_id=agent.pk if agent else None,
        device_id=device.pk if device else None,
        detail=detail[:LONGEST_DETAIL],
        address=origin.address,
        user_agent=origin.user_agent,
        reference=origin.reference,
        **({"operator_id": by.operator_id, "by": by.name[:100]} if by else {}),
        **more,
    )
    if (waiting := _waiting.get()) is not None:
        waiting.append(line)
    else:
        line.save(force_insert=True)
        log_after_commit([line])
    return line


def log_after_commit(lines: list[LoginEvent]) -> None:
    """Log lines of the trail, without personal data, once they are committed."""
    transaction.on_commit(partial(_log, lines))


def _log(lines: list[LoginEvent]) -> None:
    for line in lines:
        log_lines.happened(kind=str(line.kind), service=line.service)
