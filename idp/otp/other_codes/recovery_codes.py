"""Printed codes for when no text arrives. Each works once. A new sheet ends the one before."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest

from idp.agents import locks
from idp.agents.models import Agent
from idp.otp.models import RecoveryCode
from idp.otp.other_codes import written_codes

COUNT, LENGTH = 8, 10
FEW = 2


@transaction.atomic
def make(agent: Agent, now: datetime) -> list[str]:
    """Make a new sheet. The codes are returned only now, as they are printed. Only hashes are stored.

    Of two that are made at once, as by an operator and the agent, the later one counts.
    """
    locks.hold_agents([agent.pk])
    remove(agent)
    codes = [written_codes.new(LENGTH) for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(agent=agent, code_hash=_hash(agent, code), made_at=now) for code in codes
    )
    return [written_codes.shown(code) for code in codes]


@transaction.atomic
def make_next(agent: Agent, replaces: str, now: datetime) -> list[str]:
    """Make the sheet after one that `sheet_of` named. Returns no codes if another has replaced it meanwhile."""
    locks.hold_agents([agent.pk])
    return make(agent, now) if sheet_of(agent) == replaces else []


def sheet_of(agent: Agent) -> str:
    """Return what tells an agent's sheet from the one before and the next. Empty if there is none."""
    newest = RecoveryCode.objects.filter(agent=agent).aggregate(newest=Max("pk"))["newest"]
    return "" if newest is None else str(newest)


def left(agent: Agent) -> int:
    """Return how many codes of an agent's sheet are unused."""
    return RecoveryCode.objects.filter(agent=agent, used_at__isnull=True).count()


def spend(agent: Agent, code: str, now: datetime) -> bool:
    """Use a code up. False if it is not this agent's, or was used before."""
    unused = RecoveryCode.objects.filter(agent=agent, code_hash=_hash(agent, code), used_at__isnull=True)
    return unused.update(used_at=Greatest(now, F("made_at"))) == 1


def remove(agent: Agent) -> bool:
    """End an agent's sheet. Returns whether there was one."""
    return RecoveryCode.objects.filter(agent=agent).delete()[0] > 0


def _hash(agent: Agent, code: str) -> str:
    return written_codes.hashed("recovery code", agent.pk, code)
