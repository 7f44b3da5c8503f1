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
_TOLD_APART = ("reference", "at", "kind", "agent_id", "device_id", "service", "detail")


@value
class Origin:
    """Where a request came from, as far as it claims: address, user agent, and our reference for it."""

    address: str | None
    user_agent: str
    reference: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, other than an agent who signs in: an operator, a command, a personnel system.

    `told` collects what lines were written meanwhile, by kind or by what they are about. `watched` says whether a
    change of a row is told by itself, or only with what it is part of.
    """

    name: str
    origin: Origin
    operator_id: UUID | None = None
    watched: bool = True
    told: set[str] = field(default_factory=set)


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)
_waiting: ContextVar[list[LoginEvent] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[list[LoginEvent]]:
    """Have the lines of a transaction written in one statement at its end, in their order; none if it fails.

    They are in the list that is handed out. Goes around all of it, within `atomic`. Until its end no line has a key,
    and nobody finds one. A savepoint within, if it is rolled back, takes no line along: whoever passes its error over
    records nothing inside it.
    """
    lines: list[LoginEvent] = []
    before = _waiting.set(lines)
    try:
        yield lines
    finally:
        _waiting.reset(before)
    if lines:
        _INSERT.later(*lines)
        transaction.on_commit(partial(_tell_the_log, lines))


def were_written(lines: list[LoginEvent]) -> bool:
    """Whether the lines of a transaction stand in the trail, after a commit that was not answered. The log is told so.

    The last of them is looked for: no request writes two that are alike.
    """
    known = {it: getattr(lines[-1], it) for it in _TOLD_APART} if lines else {}
    if not known or not LoginEvent.objects.filter(**known).exists():
        return False
    _tell_the_log(lines)
    return True


@contextmanager
def acting(by: Actor | None) -> Iterator[None]:
    """Have every line that is written meanwhile name who acts; None: nobody who would have to be named."""
    before = _actor.set(by)
    try:
        yield
    finally:
        _actor.reset(before)


def actor() -> Actor | None:
    """Return who is at work, or None where an agent signs in and nobody acts."""
    return _actor.get()


@contextmanager
def told_as_a_whole() -> Iterator[None]:
    """Have rows that are changed meanwhile told by no line of their own: the caller tells of them."""
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
    **more: Any,
) -> LoginEvent:
    """Add a line to the trail and, once that is committed, tell the log of it without anything personal."""
    by = _actor.get()
    if by is not None:
        by.told.add(kind)
    line = _LINE(
        at=now,
        kind=kind,
        agent_id=agent.pk if agent else None,
        device_id=device.pk if device else None,
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
        transaction.on_commit(partial(_tell_the_log, [line]))
    return line


def _tell_the_log(lines: list[LoginEvent]) -> None:
    for line in lines:
        log_lines.happened(kind=str(line.kind), service=line.service)
