"""The one NameID by which Flex and most services know an agent: chosen before the first sign-in, changed on purpose.

Flex makes a new worker, and bills a new user, for each NameID. So a choice ends with the first answer, and a change is
an act of its own: the name before stays the agent's, and can be gone back to.
"""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.saml.models import SubjectName
from idp.saml.models.subject_name import LONGEST

FIXED = "A service knows the agent by a name ID already, so it is fixed."
TAKEN = "Somebody else has this name ID, or had it. It is never given to anybody else."
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)


class NameIdRefused(ValueError):
    """An agent cannot have this NameID. Has a sentence for the operator."""


def current(agent: Agent) -> SubjectName | None:
    """Return the name that services get, or will; None if it is made at the first sign-in."""
    return SubjectName.objects.current().filter(agent=agent, service_provider=None).first()


def former(agent: Agent) -> list[SubjectName]:
    """Return the previous names, the latest first."""
    own = SubjectName.objects.filter(agent=agent, service_provider=None, replaced_at__isnull=False)
    return list(own.order_by("-replaced_at"))


def is_fixed(agent: Agent) -> bool:
    """Whether a service ever got a name."""
    return SubjectName.objects.filter(agent=agent, service_provider=None, told=True).exists()


def fault(value: str, agent: Agent | None) -> str:
    """Return why an agent (None: somebody new) cannot have a name, or an empty string."""
    if not _PRINTABLE.fullmatch(value):
        return "Use letters, digits and signs of plain ASCII, without spaces: nothing else is known to work at Flex."
    if len(value) > LONGEST:
        return f"A name ID has up to {LONGEST} characters."
    others = SubjectName.objects.filter(value__iexact=value)
    return TAKEN if (others.exclude(agent=agent) if agent else others).exists() else ""


def choose(agent: Agent, value: str, by: str, origin: Origin, now: datetime) -> bool:
    """Choose the name that services will get; empty has one made at the first sign-in. False if nothing changed.

    Raises NameIdRefused if it is fixed or cannot be given.
    """
    known = current(agent)
    if (known.value if known else "") == value:
        return False
    if is_fixed(agent):
        raise NameIdRefused(FIXED)
    if value and (sentence := fault(value, agent)):
        raise NameIdRefused(sentence)
    _put(agent, known, value)
    said = value or "made at the first sign-in"
    events.record(Kind.NAME_CHOSEN, origin, now, agent=agent, detail=f"by {by}: {said}")
    return True


@transaction.atomic
def change(agent: Agent, value: str, by: str, origin: Origin, now: datetime) -> None:
    """Give an agent another name from the next Response on. Services will take them for somebody new.

    A name that was theirs before comes back. Raises NameIdRefused.
    """
    known = current(agent)
    if sentence := fault(value, agent):
        raise NameIdRefused(sentence)
    if known is not None and known.value == value:
        raise NameIdRefused("That is the agent's name ID now.")
    own = SubjectName.objects.filter(agent=agent, service_provider=None)
    if known is not None and known.told:
        own.filter(pk=known.pk).update(replaced_at=now)
    elif known is not None:
        known.delete()
    back = own.filter(value__iexact=value, replaced_at__isnull=False)
    if back.exists() and not back.filter(value=value).exists():
        raise NameIdRefused("The agent had this name ID before, in other letters. Type it as it was.")
    if not back.update(replaced_at=None):
        _put(agent, None, value)
    before = known.value if known else "none"
    events.record(Kind.NAME_CHANGED, origin, now, agent=agent, detail=f"by {by}: {before} to {value}")


def _put(agent: Agent, known: SubjectName | None, value: str) -> None:
    """Write a name that no service got yet. Raises NameIdRefused if somebody was quicker."""
    try:
        with transaction.atomic():
            if known is None:
                SubjectName.objects.create(agent=agent, value=value)
                return
            unused = SubjectName.objects.filter(pk=known.pk, told=False)
            if not (unused.update(value=value) if value else unused.delete()[0]):
                raise NameIdRefused(FIXED)
    except IntegrityError:
        raise NameIdRefused(TAKEN) from None
