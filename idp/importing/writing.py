"""Writes many changes of people in few queries, with the same consequences as changes made by hand."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from idp.agents.models import Agent, AgentRole, Department
from idp.audit import acts, events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.importing.columns import Column
from idp.importing.people import Change, Person
from idp.login.endings import agent_switch, number_change
from idp.otp import numbers
from idp.otp.models import NUMBER_NAME, PhoneAuthenticator
from idp.sql.batches import PER_STATEMENT, batches

NOBODYS = "+999{:09}"
"""Placeholder numbers with an unassigned country code (ITU-T E.164), used when two people swap numbers."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """A change that was made, its agent, and how many sign-ins it ended."""

    change: Change
    agent: Agent
    ended: int


@transaction.atomic
def write(
    changes: Sequence[Change], by: str, origin: Origin, now: datetime, progress: Progress = lambda _: None
) -> list[Written]:
    """Write all changes or none. Calls `progress` with the number written so far.

    People who are switched off or get another number are signed out, and the trail records who did it.
    """
    departments = _departments({it.after.department for it in changes if it.after.department})
    _free_numbers(changes)
    written: list[Written] = []
    for some in batches(changes):
        written += _write(some, departments, by, origin, now)
        progress(len(written))
    return written


def _write(
    some: Sequence[Change], departments: dict[str, Department], by: str, origin: Origin, now: datetime
) -> list[Written]:
    here = Agent.objects.in_bulk([it.id for it in some if it.id is not None])
    agents = [_as_agent(it, here.get(it.id) if it.id else None, departments) for it in some]
    paired = list(zip(some, agents, strict=True))
    moved = [(it, agent) for it, agent in paired if it.changes_number]
    numbers.end_open([agent for _, agent in moved], now)
    ended = number_change.end_sign_ins([agent for _, agent in moved], by, origin, now) if moved else []
    Agent.objects.bulk_create([agent for it, agent in paired if it.before is None])
    Agent.objects.bulk_create(
        [agent for it, agent in paired if it.before is not None],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["full_name", "department", "is_active", "may_use_app", "language"],
    )
    with events.recorded_as_a_whole():
        _set_roles(paired)
        _set_numbers(paired)
    for it, agent in moved:
        number_change.announce(agent, _numbers_of(it.before), _numbers_of(it.after), by=by, origin=origin, now=now)
    if off := [agent for it, agent in paired if it.switches_off]:
        ended += agent_switch.follow_off(off, by, origin, now)
    agent_switch.follow_on([agent for it, agent in paired if it.switches_on], by, origin, now)
    changes = [(Kind.CHANGED if it.before else Kind.ADDED, acts.thing(agent), _differences(it)) for it, agent in paired]
    acts.record_many(changes, now)
    counted = Counter(it.agent_id for it in ended)
    return [Written(it, agent, counted[agent.pk]) for it, agent in paired]


def _differences(change: Change) -> acts.Changes:
    old, new = change.before.email if change.before else "", change.after.email
    columns = [(Column.EMAIL.value, old, new)] if old != new else []
    return {
        column: [acts.shown("", before), acts.shown("", after)]
        for column, before, after in [*columns, *change.differences]
    }


def _as_agent(change: Change, known: Agent | None, departments: dict[str, Department]) -> Agent:
    agent, after = known or Agent(email=change.after.email, password=make_password(None)), change.after
    agent.full_name, agent.is_active, agent.may_use_app = after.full_name, after.may_sign_in, after.may_use_app
    agent.language = after.language
    agent.department = departments.get(after.department.lower())
    return agent


def _departments(wanted: Collection[str]) -> dict[str, Department]:
    known = {it.name.lower(): it for it in Department.objects.all()}
    for name in sorted(wanted):
        if name.lower() not in known:
            known[name.lower()] = _new_department(name)
    return known


def _new_department(name: str) -> Department:
    """Add a department, or take one that was added meanwhile: personnel systems send many people at once."""
    try:
        with transaction.atomic():
            return Department.objects.create(name=name)
    except IntegrityError:
        for it in Department.objects.all():
            if it.name.lower() == name.lower():
                return it
        raise


def _set_roles(paired: Sequence[tuple[Change, Agent]]) -> None:
    other = [(it, agent) for it, agent in paired if it.before is None or it.before.roles != it.after.roles]
    AgentRole.objects.filter(agent__in=[agent for it, agent in other if it.before is not None]).delete()
    AgentRole.objects.bulk_create(AgentRole(agent=agent, role=role) for it, agent in other for role in it.after.roles)


def _free_numbers(changes: Sequence[Change]) -> None:
    """Replace the numbers that others in the same file get, so that two agents can swap theirs."""
    wanted = {it.after.number for it in changes if it.after.number and (it.before is None or it.changes_number)}
    leaving = {it.before.number for it in changes if it.before and it.changes_number} & wanted
    phones = [it for some in batches(sorted(leaving)) for it in PhoneAuthenticator.objects.filter(number__in=some)]
    for nth, phone in enumerate(phones):
        phone.number = NOBODYS.format(nth)
    _save(phones)


def _set_numbers(paired: Sequence[tuple[Change, Agent]]) -> None:
    other = {agent.pk: it.after.number for it, agent in paired if it.before is None or it.changes_number}
    known = {it.user_id: it for it in PhoneAuthenticator.objects.filter(user__in=other).order_by("-pk")}
    PhoneAuthenticator.objects.filter(user__in=[pk for pk, number in other.items() if not number]).delete()
    kept = [phone for pk, phone in known.items() if other[pk]]
    for phone in kept:
        phone.number = other[phone.user_id]
    _save(kept)
    fresh = [(pk, number) for pk, number in other.items() if number and pk not in known]
    PhoneAuthenticator.objects.bulk_create(
        PhoneAuthenticator(user_id=pk, name=NUMBER_NAME, number=number) for pk, number in fresh
    )


def _save(phones: Sequence[PhoneAuthenticator]) -> None:
    PhoneAuthenticator.objects.bulk_create(
        phones, update_conflicts=True, unique_fields=["id"], update_fields=["number"], batch_size=PER_STATEMENT
    )


def _numbers_of(person: Person | None) -> list[str]:
    return [person.number] if person and person.number else []
