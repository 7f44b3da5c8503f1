"""A code that an operator gives an agent who cannot get texts: short-lived, for one sign-in, with a reason."""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents import reach
from idp.agents.models import Agent
from idp.clock import unexpired
from idp.errors import IdpError
from idp.otp.models import OneTimeCode
from idp.otp.other_codes import written_codes
from idp.sql.prepared import Insert

_INSERT = Insert(OneTimeCode, unless_there=True)
LENGTH = 8
LIFETIME = timedelta(minutes=15)


class GivenToOneself(IdpError):
    """An operator asked for a code for their own sign-in."""

    code = "given_to_oneself"
    status = 403
    sentence = "You cannot give a one-time code to yourself."
    advice = "Ask another operator to give you one."


@transaction.atomic
def give(agent: Agent, by: Agent, reason: str, now: datetime) -> str:
    """Give an agent a code in place of any other. It is returned only now, as it is read out.

    Raises GivenToOneself.
    """
    if agent.pk == by.pk:
        raise GivenToOneself("an operator asked for a one-time code for their own sign-in")
    code = written_codes.new(LENGTH)
    given = OneTimeCode(
        agent=agent,
        code_hash=_hash(agent, code),
        reason=reason,
        given_by=by,
        given_at=now,
        expires_at=now + LIFETIME,
    )
    revoke(agent, now)
    while not _INSERT(given):  # another one was given at the same moment, as by a double click
        revoke(agent, now)
    return written_codes.shown(code)


def open_code(agent: Agent, now: datetime) -> OneTimeCode | None:
    """Return the code that an agent could use now, if there is one and its operator still looks after the agent."""
    unused = OneTimeCode.objects.filter(agent=agent, used_at__isnull=True, revoked_at__isnull=True)
    given = unused.filter(unexpired(now, LIFETIME)).select_related("given_by__supervisor").first()
    return given if given and _could_give(given.given_by, agent) else None


def revoke(agent: Agent, now: datetime) -> bool:
    """End an agent's unused code. Returns whether there was one."""
    unused = OneTimeCode.objects.filter(agent=agent, used_at__isnull=True, revoked_at__isnull=True)
    return unused.update(revoked_at=now) > 0


def revoke_given_by(operator: Agent, now: datetime) -> int:
    """End the unused codes that an operator gave. Returns how many there were."""
    unused = OneTimeCode.objects.filter(given_by=operator, used_at__isnull=True, revoked_at__isnull=True)
    return unused.update(revoked_at=now)


def spend(agent: Agent, code: str, now: datetime) -> OneTimeCode | None:
    """Use a code up and return it. None if it is not this agent's, has expired, was revoked, or was used before."""
    given = open_code(agent, now)
    if given is None or given.code_hash != _hash(agent, code):
        return None
    unused = OneTimeCode.objects.filter(pk=given.pk, used_at__isnull=True, revoked_at__isnull=True)
    return given if unused.update(used_at=now) == 1 else None


def _could_give(operator: Agent, agent: Agent) -> bool:
    """Whether the operator is still one, and still looks after the agent."""
    return operator.is_active and operator.is_staff and reach.agents_for(operator).filter(pk=agent.pk).exists()


def _hash(agent: Agent, code: str) -> str:
    return written_codes.hashed("one-time code", agent.pk, code)
